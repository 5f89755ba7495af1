"""One child process: its log, its end, and what an earlier run left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from stack.child import LOG_MAX_BYTES, Child, leftover
from stack.store import wait_until
from stack.trouble import Trouble

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
PARENT = """
import sys, time
from pathlib import Path
from stack.child import Child
child = Child("sleeper", ["sleep", "60"], log=Path(sys.argv[1]), pid_file=Path(sys.argv[2]))
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


def a_child(folder: Path, *command: str, stop_limit_s: float = 10) -> Child:
    return Child(
        "child",
        command or ("sleep", "60"),
        log=folder / "child.log",
        pid_file=folder / "pid",
        stop_limit_s=stop_limit_s,
    )


def logged(child: Child, words: str) -> bool:
    return child.log.exists() and words in child.log.read_text()


def test_stopping_ends_it_and_removes_its_pid_file(tmp_path: Path) -> None:
    child = a_child(tmp_path)
    child.start()

    child.stop()

    assert not child.alive
    assert child.exit_code == -signal.SIGTERM
    assert not child.pid_file.exists()


def test_one_that_is_deaf_to_the_signal_is_killed_after_the_limit(tmp_path: Path) -> None:
    child = a_child(tmp_path, sys.executable, "-c", STUBBORN, stop_limit_s=0.3)
    child.start()
    wait_until(child, lambda: logged(child, "deaf"), limit_s=10)

    child.stop()

    assert child.exit_code == -signal.SIGKILL


def test_killing_takes_what_it_started_along(tmp_path: Path) -> None:
    child = a_child(tmp_path, "sh", "-c", "sleep 61 & echo $!; wait")
    child.start()
    wait_until(child, lambda: logged(child, "\n"), limit_s=10)
    grandchild = int(child.log.read_text())

    child.kill()

    psutil.wait_procs([psutil.Process(grandchild)] if psutil.pid_exists(grandchild) else [], timeout=5)
    assert not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == psutil.STATUS_ZOMBIE


def test_stopping_what_never_started_does_nothing(tmp_path: Path) -> None:
    child = a_child(tmp_path)

    child.stop()

    assert child.pid is None


def test_one_that_ends_while_starting_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    child = a_child(tmp_path, "sh", "-c", "echo cannot open the thing; exit 3")
    child.start()

    with pytest.raises(Trouble) as caught:
        wait_until(child, lambda: False, limit_s=10)

    assert "child ended with 3 while starting" in str(caught.value)
    assert "    cannot open the thing" in str(caught.value)


def test_one_that_does_not_answer_in_time_is_told_so(tmp_path: Path) -> None:
    child = a_child(tmp_path)
    child.start()

    with pytest.raises(Trouble, match="did not answer within 0 s"):
        wait_until(child, lambda: False, limit_s=0.1)

    child.stop()


def test_starting_again_ends_what_an_earlier_run_left_behind(tmp_path: Path) -> None:
    earlier, later = a_child(tmp_path), a_child(tmp_path)
    earlier.start()

    later.start()

    assert not earlier.alive
    assert later.alive
    later.stop()


def test_a_pid_file_whose_number_went_to_somebody_else_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "pid").write_text(f"{os.getpid()} 12345.0\n")

    a_child(tmp_path).end_leftover()

    assert not (tmp_path / "pid").exists()


@pytest.mark.parametrize("content", ["", "nonsense", "1 2 3", "99999999 1.0"])
def test_a_pid_file_that_says_nothing_true_names_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "pid").write_text(content)

    assert leftover(tmp_path / "pid") is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_it_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log"), str(tmp_path / "pid")]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = psutil.Process(int(parent.stdout.readline()))

    parent.kill()
    parent.communicate()

    _, alive = psutil.wait_procs([child], timeout=5)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_a_log_that_grew_large_makes_room_at_the_next_start(tmp_path: Path) -> None:
    child = a_child(tmp_path, "echo", "fresh")
    with child.log.open("wb") as log:
        log.truncate(LOG_MAX_BYTES + 1)

    child.start()

    assert child.log.stat().st_size < 100
    assert child.log.with_suffix(".log.1").stat().st_size == LOG_MAX_BYTES + 1
    child.stop()


def test_it_is_asked_in_its_own_way_where_it_has_one(tmp_path: Path) -> None:
    asked: list[float] = []
    child = a_child(tmp_path, "sleep", "0.5")
    child.ask_to_end = lambda: not asked.append(time.monotonic())
    child.start()

    child.stop()

    assert len(asked) == 1
    assert child.exit_code == 0
