"""A child that dies is started again, with more patience each time."""

import signal
import time
from pathlib import Path

import psutil

from stack.child import Child, leftover
from stack.supervisor import FIRST_PAUSE_S, HEALTHY_AFTER_S, LONGEST_PAUSE_S, Watched
from tests.stack.conftest import StartProgram, first_line

SUPERVISE = """
import sys
from pathlib import Path
from stack.child import Child
from stack.supervisor import Watched, stop_in_peace, stop_signals, watch
folder = Path(sys.argv[1])
names = ("first", "second")
children = [Child(name, ["sleep", "60"], log=folder / f"{name}.log", pid_file=folder / f"{name}.pid") for name in names]
with stop_signals():
    try:
        for child in children:
            child.start()
        print(*[child.pid for child in children], flush=True)
        watch([Watched(child, child.start) for child in children], each_tick=lambda: None)
    except KeyboardInterrupt:
        print("stopping", flush=True)
    finally:
        stop_in_peace([child.stop for child in reversed(children)])
"""


def a_watched_child(folder: Path, *command: str) -> Watched:
    child = Child("child", command or ("sleep", "60"), log=folder / "child.log", pid_file=folder / "pid")
    child.start()
    return Watched(child, child.start, started_at=0.0)


def processes_named(line: str) -> list[psutil.Process]:
    return [psutil.Process(int(pid)) for pid in line.split()]


def test_a_child_that_died_is_started_again_after_the_pause(tmp_path: Path) -> None:
    watched = a_watched_child(tmp_path)
    before = watched.child.pid
    watched.child.kill()

    watched.look(10.0)
    alive_at_once = watched.child.alive
    watched.look(10.0 + FIRST_PAUSE_S)

    assert not alive_at_once
    assert watched.child.alive
    assert watched.child.pid != before
    watched.child.stop()


def test_each_death_doubles_the_pause_up_to_the_longest(tmp_path: Path) -> None:
    watched = a_watched_child(tmp_path, "true")
    pauses = []
    now = 0.0

    for _ in range(8):
        watched.child.kill()
        pauses.append(watched.pause_s)
        watched.look(now)
        now += LONGEST_PAUSE_S
        watched.look(now)

    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert pauses[-1] == LONGEST_PAUSE_S
    watched.child.stop()


def test_one_that_stayed_alive_is_trusted_again(tmp_path: Path) -> None:
    watched = a_watched_child(tmp_path)
    watched.pause_s = 8.0

    watched.look(HEALTHY_AFTER_S + 1)

    assert watched.pause_s == FIRST_PAUSE_S
    watched.child.stop()


def test_a_stop_signal_ends_every_child(tmp_path: Path, start_program: StartProgram) -> None:
    supervisor = start_program(SUPERVISE, tmp_path)
    children = processes_named(first_line(supervisor))

    supervisor.send_signal(signal.SIGTERM)
    words, _ = supervisor.communicate(timeout=10)

    assert words == "stopping\n"
    assert supervisor.returncode == 0
    assert not any(child.is_running() for child in children)


def test_a_killed_child_of_a_running_supervisor_comes_back(tmp_path: Path, start_program: StartProgram) -> None:
    supervisor = start_program(SUPERVISE, tmp_path)
    first, _ = processes_named(first_line(supervisor))

    first.kill()
    deadline = time.monotonic() + 10
    again = None
    while again in (None, first) and time.monotonic() < deadline:
        time.sleep(0.05)
        again = leftover(tmp_path / "first.pid")
    supervisor.terminate()
    supervisor.communicate(timeout=10)

    assert again not in (None, first)
