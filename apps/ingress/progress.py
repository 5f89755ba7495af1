"""Saying how far long work is: a bar that redraws itself on a terminal, a line now and then anywhere else."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

BAR_CHARS = 30
REDRAW_S = 0.2
LINE_S = 10.0
ERASE = "\r\033[K"


@dataclass
class Progress:
    """`unit` is what is counted. `clock` answers seconds, for the display alone."""

    unit: str
    # Not a command's own stderr: that would end each bar with a new line and paint it red.
    out: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._began = self.clock()
        self._terminal = self.out.isatty()
        self._next = self._began + (0 if self._terminal else LINE_S)

    def show(self, done: int, share: float | None = None) -> None:
        """`done` units so far, which is `share` (0 to 1) of the work, None when that is unknown."""
        now = self.clock()
        if now < self._next:
            return
        self._next = now + (REDRAW_S if self._terminal else LINE_S)
        words = self._words(done, share, max(now - self._began, 0.001))
        self.out.write(f"{ERASE}{words}" if self._terminal else f"{words}\n")
        self.out.flush()

    def clear(self) -> None:
        """Takes the bar away, so that what follows starts on a clean line."""
        if self._terminal:
            self.out.write(ERASE)
            self.out.flush()

    def _words(self, done: int, share: float | None, seconds: float) -> str:
        rate = f"{done:,} {self.unit}, {done / seconds:,.0f}/s"
        if share is None:
            return rate
        filled = round(BAR_CHARS * min(share, 1))
        bar = "█" * filled + "░" * (BAR_CHARS - filled) + " " if self._terminal else ""
        left = f", {_duration(seconds / share - seconds)} left" if 0 < share < 1 else ""
        return f"{bar}{share:4.0%}  {rate}{left}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
