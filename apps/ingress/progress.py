"""Saying how far long work is: a bar that redraws itself on a terminal, a line now and then anywhere else."""

import sys
import time
from dataclasses import dataclass, field
from typing import TextIO

BAR_CHARS = 30
REDRAW_S = 0.2
LINE_S = 10.0


@dataclass
class Progress:
    """`unit` is what is counted. Time is read from `time.monotonic`, for the display alone."""

    unit: str
    out: TextIO = field(default_factory=lambda: sys.stderr)
    _began: float = field(default_factory=time.monotonic)
    _said: float = 0.0

    def show(self, done: int, share: float | None = None) -> None:
        """`done` units so far, which is `share` (0 to 1) of the work, None when that is unknown."""
        now = time.monotonic()
        every = REDRAW_S if self.out.isatty() else LINE_S
        if now - max(self._said, self._began if every == LINE_S else 0) < every:
            return
        self._said = now
        words = self._words(done, share, max(now - self._began, 0.001))
        self.out.write(f"\r\033[K{words}" if self.out.isatty() else f"{words}\n")
        self.out.flush()

    def clear(self) -> None:
        """Takes the bar away, so that what follows starts on a clean line."""
        if self.out.isatty():
            self.out.write("\r\033[K")
            self.out.flush()

    def _words(self, done: int, share: float | None, seconds: float) -> str:
        rate = f"{done:,} {self.unit}, {done / seconds:,.0f}/s"
        if share is None:
            return rate
        filled = round(BAR_CHARS * min(share, 1))
        bar = "█" * filled + "░" * (BAR_CHARS - filled) + " " if self.out.isatty() else ""
        left = f", {_duration(seconds / share - seconds)} left" if 0 < share < 1 else ""
        return f"{bar}{share:4.0%}  {rate}{left}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
