"""How much measuring is done."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """`rounds` of measurements of so many `seconds`; progress goes to `say`."""

    rounds: int
    seconds: int
    say: Callable[[str], None]
