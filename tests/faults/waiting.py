"""Waiting for something to become true, with a deadline and a word of what was seen."""

import time
from collections.abc import Callable

PATIENCE_S = 90.0
PAUSE_S = 0.1


def until(true: Callable[[], object], *, saw: Callable[[], object] = lambda: "", limit_s: float = PATIENCE_S) -> None:
    """Return when `true` says so; after the deadline fail with what `saw` says. The machine may be slow: be generous."""
    deadline = time.monotonic() + limit_s
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {limit_s:.0f} s: {saw()}")
        time.sleep(PAUSE_S)
