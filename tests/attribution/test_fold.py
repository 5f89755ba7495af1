"""The course of a conversion, by its laws: whatever the order of processing, the order of arrival decides."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.attribution.claim import Claim
from apps.attribution.entries import Click, Entry, entries_of, rows_between
from apps.attribution.fold import Course, fold
from tests.attribution.make import NOON, ZONE

STATUSES = ("lead", "sale", "rejected", "rebill")


def claims(*told: tuple[str, str | None]) -> list[Claim]:
    """Of pairs of status and payout, one a minute."""
    return [
        Claim(
            postback_id=number,
            received_at=NOON + timedelta(minutes=number),
            txid="A-1",
            status=status,
            payout=None if payout is None else Decimal(payout),
            currency="EUR",
            fingerprint=f"{status}{payout}",
        )
        for number, (status, payout) in enumerate(told, start=1)
    ]


def ends(course: Course) -> list[tuple[str, str]]:
    return [(line.status, str(line.payout)) for line in course.lines]


@pytest.mark.parametrize(
    ("told", "end", "outcomes"),
    [
        ([("lead", "5")], [("lead", "5")], ["new"]),
        ([("lead", "5"), ("sale", "6")], [("sale", "6")], ["new", "changed"]),
        ([("lead", "5"), ("sale", None)], [("sale", "5")], ["new", "changed"]),
        ([("sale", "5"), ("lead", "9")], [("sale", "5")], ["new", "duplicate"]),
        ([("sale", "5"), ("sale", "5")], [("sale", "5")], ["new", "duplicate"]),
        ([("sale", "5"), ("sale", "6")], [("sale", "6")], ["new", "changed"]),
        ([("sale", "5"), ("sale", None)], [("sale", "5")], ["new", "duplicate"]),
        ([("sale", "5"), ("rejected", "0")], [("rejected", "5")], ["new", "changed"]),
        ([("rejected", None), ("lead", "5")], [("rejected", "0")], ["new", "duplicate"]),
        ([("lead", "5"), ("rejected", None), ("lead", "5")], [("rejected", "5")], ["new", "changed", "duplicate"]),
        ([("lead", "5"), ("rejected", None), ("sale", None)], [("sale", "5")], ["new", "changed", "changed"]),
        ([("sale", "5"), ("rejected", None), ("rejected", None)], [("rejected", "5")], ["new", "changed", "duplicate"]),
        ([("sale", "5"), ("rebill", "2")], [("sale", "5"), ("rebill", "2")], ["new", "changed"]),
        ([("rebill", "2"), ("rebill", "2")], [("rebill", "2")], ["new", "duplicate"]),
        ([("rebill", "2"), ("rebill", "3")], [("rebill", "2"), ("rebill", "3")], ["new", "changed"]),
        ([("rebill", "2"), ("rejected", None)], [("rejected", "2")], ["new", "changed"]),
        (
            [("sale", "5"), ("rebill", "2"), ("rejected", None), ("rebill", "3")],
            [("rejected", "5"), ("rejected", "2"), ("rebill", "3")],
            ["new", "changed", "changed", "changed"],
        ),
        (
            [("sale", "5"), ("rebill", "2"), ("rejected", None), ("sale", "5")],
            [("sale", "5"), ("rebill", "2")],
            ["new", "changed", "changed", "changed"],
        ),
    ],
)
def test_a_course_ends_as_it_should(
    told: list[tuple[str, str | None]], end: list[tuple[str, str]], outcomes: list[str]
) -> None:
    course = fold(claims(*told))

    assert ends(course) == end
    assert [verdict.outcome for verdict in course.verdicts] == outcomes


told_at_random = st.lists(
    st.tuples(st.sampled_from(STATUSES), st.sampled_from([None, "0", "1", "2.5", "7"])), min_size=1, max_size=12
)


@given(told_at_random, st.randoms())
def test_the_order_of_processing_does_not_matter(told: list[tuple[str, str | None]], random: Random) -> None:
    in_order = claims(*told)
    shuffled = random.sample(in_order, len(in_order))

    assert fold(shuffled) == fold(in_order)


@given(told_at_random)
def test_every_postback_is_judged_once_and_the_first_is_new(told: list[tuple[str, str | None]]) -> None:
    verdicts = fold(claims(*told)).verdicts

    assert [verdict.postback_id for verdict in verdicts] == list(range(1, len(told) + 1))
    assert [verdict.outcome == "new" for verdict in verdicts] == [True, *[False] * (len(told) - 1)]


@given(told_at_random, st.integers(0, 12))
def test_the_rows_between_two_states_lead_from_the_one_to_the_other(
    told: list[tuple[str, str | None]], known: int
) -> None:
    before, after = (entries(told[:number]) if number else [] for number in (min(known, len(told)), len(told)))
    written = dict(enumerate(before, start=1))

    rows = rows_between(written, after)

    effect = {entry.line: entry for entry in written.values()}
    for row in rows:
        if row.sign < 0:
            assert effect.pop(row.entry.line) == row.entry == written[row.takes_back]
        else:
            effect[row.entry.line] = row.entry
    assert effect == {entry.line: entry for entry in after}
    assert rows_between(dict(enumerate(effect.values())), after) == []


def entries(told: list[tuple[str, str | None]]) -> list[Entry]:
    return entries_of(fold(claims(*told)).lines, Click(), currency="EUR", zone=ZONE, kept=())
