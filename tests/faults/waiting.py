"""Waiting for something to become true, with a deadline and a word of what was seen."""

import time
from collections.abc import Callable

# Longer than a segment waits that failed again and again, on a machine that is three times slower than usual.
PATIENCE_S = 240.0
PAUSE_S = 0.1


def until(true: Callable[[], object], *, saw: Callable[[], object] = lambda: "") -> None:
    """Return when `true` says so; after the deadline fail with what `saw` says. The machine may be slow: be generous."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {PATIENCE_S:.0f} s: {saw()}")
        time.sleep(PAUSE_S)
