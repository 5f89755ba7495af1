"""Keeps children alive: restarts what dies, with a growing pause, and stops everything in reverse order."""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from stack.child import Child

TICK_S = 0.2
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
HEALTHY_AFTER_S = 60.0


class Stopped(KeyboardInterrupt):
    """Somebody asked this process, and not the whole terminal, to end."""


@dataclass
class Watched:
    """A child, and how patiently we bring it back. `start` restarts it without waiting until it answers."""

    child: Child
    start: Callable[[], None]
    pause_s: float = FIRST_PAUSE_S
    started_at: float = field(default_factory=time.monotonic)
    restart_at: float | None = None

    def look(self, now: float) -> None:
        """Starts the child again when it has died and the pause is over."""
        if self.child.alive:
            if now - self.started_at > HEALTHY_AFTER_S:
                self.pause_s = FIRST_PAUSE_S
        elif self.restart_at is None:
            say(f"{self.child.name} ended with {self.child.exit_code}; starting it again in {self.pause_s:g} s")
            self.restart_at = now + self.pause_s
            self.pause_s = min(self.pause_s * 2, LONGEST_PAUSE_S)
        elif now >= self.restart_at:
            self.restart_at, self.started_at = None, now
            self.start()


def watch(children: Sequence[Watched], *, each_tick: Callable[[], None]) -> None:
    """Never returns by itself: a stop signal leaves it as KeyboardInterrupt."""
    while True:
        for watched in children:
            watched.look(time.monotonic())
        each_tick()
        time.sleep(TICK_S)


@contextmanager
def stop_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the block as Ctrl-C does, but as `Stopped`: only Ctrl-C reaches our children by itself."""
    before = {kind: signal.signal(kind, _stopped) for kind in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def stop_in_peace(stops: Sequence[Callable[[], None]]) -> None:
    """Runs every stop, in the order given, whatever signals still arrive."""
    for kind in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(kind, signal.SIG_IGN)
    for stop in stops:
        stop()


def say(words: str) -> None:
    print(f"· {words}", file=sys.stderr, flush=True)


def _stopped(number: int, frame: FrameType | None) -> None:
    raise Stopped
