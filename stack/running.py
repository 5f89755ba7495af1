"""The one `up` of a checkout: its lock, its pid, and how others find its services."""

import fcntl
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from stack.child import leftover
from stack.places import DATA
from stack.trouble import Trouble

LOCK = "up.lock"
STATE = "up.json"


@contextmanager
def only_one(directory: Path = DATA) -> Iterator[None]:
    """Holds the directory's lock; raises Trouble naming the process that has it."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(_busy(directory)) from None
        own = psutil.Process()
        (directory / STATE).unlink(missing_ok=True)  # of one that was killed
        lock.truncate(0)
        lock.write(f"{own.pid} {own.create_time()}\n")
        lock.flush()
        try:
            yield
        finally:
            (directory / STATE).unlink(missing_ok=True)
            lock.truncate(0)


def holder(directory: Path = DATA) -> psutil.Process | None:
    """The process that runs `up` (or a command with services of its own) in this directory."""
    return leftover(directory / LOCK)


def publish(environment: Mapping[str, str], directory: Path = DATA) -> None:
    """Lets `./dev manage` of another terminal find the services; readable by the owner only, it holds secrets."""
    state = directory / STATE
    state.unlink(missing_ok=True)
    state.touch(mode=0o600)
    state.write_text(json.dumps(dict(environment)))


def published(directory: Path = DATA) -> dict[str, str] | None:
    """The environment of the running `up`; none when nothing runs or it is still starting."""
    state = directory / STATE
    if holder(directory) is None or not state.exists():
        return None
    environment: dict[str, str] = json.loads(state.read_text())
    return environment


def end(*, directory: Path = DATA, limit_s: float = 90) -> bool:
    """Asks the running `up` to stop and waits until it has; false when nothing ran."""
    process = holder(directory)
    if process is None:
        return False
    process.terminate()
    deadline = time.monotonic() + limit_s
    while leftover(directory / LOCK) == process:
        if time.monotonic() > deadline:
            process.kill()
        time.sleep(0.1)
    return True


def _busy(directory: Path) -> str:
    process = holder(directory)
    who = f"pid {process.pid} (./dev {' '.join(process.cmdline()[3:])})" if process else "another process"
    return f"{directory} is in use by {who}. Stop it with ./dev down, or wait for it."
