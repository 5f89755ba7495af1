"""How far long work is, on a terminal and elsewhere."""

import io
from itertools import count

import pytest

from apps.ingress.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(out: io.StringIO, done: list[int], *, of: int = 0, step_s: float = 1.0) -> str:
    seconds = count()
    progress = Progress("lines", out, clock=lambda: next(seconds) * step_s)
    for number in done:
        progress.show(number, number / of if of else None)
    progress.clear()
    return out.getvalue()


def test_a_terminal_gets_one_bar_that_redraws_itself() -> None:
    text = shown(Terminal(), [25, 50], of=100)

    assert text.count("\n") == 0
    assert "50%  50 lines, 25/s, 2 s left" in text
    assert text.endswith("\r\033[K")


def test_anything_else_gets_a_plain_line_now_and_then() -> None:
    text = shown(io.StringIO(), list(range(1, 31)), of=100)

    assert text.splitlines() == [
        " 10%  10 lines, 1/s, 1 min 30 s left",
        " 20%  20 lines, 1/s, 1 min 20 s left",
        " 30%  30 lines, 1/s, 1 min 10 s left",
    ]


def test_quick_work_says_nothing_in_a_log() -> None:
    assert shown(io.StringIO(), [1, 2, 3], of=3, step_s=0.1) == ""


def test_without_an_end_there_is_a_rate_only() -> None:
    assert shown(io.StringIO(), [500], step_s=10) == "500 lines, 50/s\n"


@pytest.mark.parametrize(("of", "left"), [(11, "1 s left"), (70, "1 min 00 s left"), (7_210, "2 h 00 min left")])
def test_the_time_left_is_in_words(of: int, left: str) -> None:
    assert left in shown(io.StringIO(), list(range(1, 11)), of=of)
