"""Ids in = ids stored: every click that was answered is in ClickHouse, once, and nothing else is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bench.result import Invalid


@dataclass(frozen=True)
class Account:
    """Ids `answered` to clients and rows found; `missing` were answered and not found, `twice` are rows too many.

    `unanswered` were stored though no client saw the answer: their connection ended first.
    """

    answered: int
    rows: int
    missing: int
    twice: int
    unanswered: int

    @property
    def balanced(self) -> bool:
        return not self.missing and not self.twice and not self.unanswered


def account(answered: Iterable[int], stored: Iterable[int]) -> Account:
    """`stored` is the id of each row, repeats and all."""
    expected = set(answered)
    found = Counter(stored)
    return Account(
        answered=len(expected),
        rows=found.total(),
        missing=len(expected - found.keys()),
        twice=found.total() - len(found),
        unanswered=len(found.keys() - expected),
    )


def demand_balance(found: Account) -> None:
    """Raises Invalid when a click was lost, or stored twice, or made up."""
    if not found.balanced:
        raise Invalid(f"ids in are not ids stored: {found}")
