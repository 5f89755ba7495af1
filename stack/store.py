"""A store of the stack: a child that is prepared, started, waited for."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from stack.child import Child
from stack.trouble import Trouble

START_LIMIT_S = 60


def _nothing() -> None:
    return None


@dataclass
class Store:
    """PostgreSQL, Redis or ClickHouse in a directory and on a port of its own."""

    name: str
    port: int
    url: str
    child: Child
    ready: Callable[[], bool]
    prepare: Callable[[], None] = _nothing
    finish: Callable[[], None] = _nothing

    @property
    def pid(self) -> int | None:
        return self.child.pid

    @property
    def alive(self) -> bool:
        return self.child.alive

    def start(self) -> None:
        """Returns when it answers; raises Trouble with the end of its log when it does not."""
        self.prepare()
        self.child.start()
        wait_until(self.child, self.ready, limit_s=START_LIMIT_S)
        self.finish()

    def restart(self) -> None:
        """Starts it without waiting until it answers."""
        self.prepare()
        self.child.start()

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        """kill -9; `start` brings it back on the same port with the same data."""
        self.child.kill()


def wait_until(child: Child, ready: Callable[[], bool], *, limit_s: float) -> None:
    """Waits until `ready` is true; raises Trouble when the child ends or the time is up."""
    deadline = time.monotonic() + limit_s
    while not ready():
        if not child.alive:
            raise Trouble(
                f"{child.name} ended with {child.exit_code} while starting. {child.log} ends with:\n{child.tail()}"
            )
        if time.monotonic() > deadline:
            raise Trouble(f"{child.name} did not answer within {limit_s:.0f} s. {child.log} ends with:\n{child.tail()}")
        time.sleep(0.05)
