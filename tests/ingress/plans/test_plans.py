"""Campaigns of a process: read when they are first asked for, replaced whole, dropped."""

import threading
from typing import Any

import pytest

from apps.ingress.plans.plan import BadPlan, Plan
from apps.ingress.plans.plans import Plans
from tests.ingress.plans.make import a_document, a_rule, a_unit

BROKEN = {**a_unit(a_document()), "document": {"rules": 3}}


def a_version(number: int) -> dict[str, Any]:
    return a_unit(a_document(a_rule(11, 2)), version=number)


def with_version(number: int) -> Plans:
    plans = Plans()
    plans.put(5, a_version(number))
    return plans


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which campaigns were read, in their order."""
    seen: list[int] = []
    read = Plan.read

    def watched(campaign_id: int, unit: Any) -> Plan:
        seen.append(campaign_id)
        return read(campaign_id, unit)

    monkeypatch.setattr(Plan, "read", watched)
    return seen


def test_a_campaign_is_there_before_it_is_read(reads: list[int]) -> None:
    plans = with_version(3)

    assert (5 in plans, list(plans), len(plans)) == (True, [5], 1)
    assert reads == []


def test_the_first_who_asks_has_it_read_and_nobody_after(reads: list[int]) -> None:
    plans = with_version(3)

    assert [plans[5].version, plans[5].version, plans.get(5).version] == [3, 3, 3]
    assert reads == [5]


def test_nobody_has_what_was_never_published() -> None:
    plans = Plans()

    assert plans.get(5) is None
    with pytest.raises(KeyError):
        plans[5]


@pytest.mark.parametrize("asked", [True, False])
def test_a_new_version_takes_the_place_of_the_old_whether_it_was_asked_for_or_not(*, asked: bool) -> None:
    plans = with_version(3)
    if asked:
        plans.get(5)

    plans.put(5, a_version(4))

    assert (plans[5].version, len(plans)) == (4, 1)


def test_of_a_campaign_that_is_read_a_version_that_cannot_be_is_refused_and_the_one_before_stays() -> None:
    plans = with_version(3)
    plans.get(5)

    with pytest.raises(BadPlan):
        plans.put(5, BROKEN)

    assert plans[5].version == 3


def test_of_a_campaign_that_nobody_asked_for_it_shows_with_the_first_click_and_the_one_before_stays() -> None:
    plans = with_version(3)
    plans.put(5, BROKEN)
    plans.put(5, BROKEN)

    assert (plans[5].version, plans[5].version) == (3, 3)


def test_what_nobody_asks_for_is_not_read_however_often_it_is_published(reads: list[int]) -> None:
    plans = with_version(3)

    for version in (4, 5, 6):
        plans.put(5, a_version(version))

    assert reads == []
    assert (plans[5].version, reads) == (6, [5])


def test_a_first_version_that_cannot_be_read_is_as_if_it_were_not_there() -> None:
    plans = Plans()
    plans.put(5, BROKEN)

    assert plans.get(5) is None
    assert 5 not in plans


def test_after_one_that_cannot_be_read_the_next_is_taken() -> None:
    plans = Plans()
    plans.put(5, BROKEN)
    plans.get(5)

    plans.put(5, a_version(4))

    assert plans[5].version == 4


@pytest.mark.parametrize("asked", [True, False])
def test_what_is_withdrawn_is_gone(*, asked: bool) -> None:
    plans = with_version(3)
    if asked:
        plans.get(5)

    plans.pop(5, None)

    assert (plans.get(5), len(plans)) == (None, 0)
    with pytest.raises(KeyError):
        del plans[5]


def test_few_stay_read_and_the_others_are_read_again(reads: list[int]) -> None:
    plans = Plans(read_max=2)
    for number in (1, 2, 3):
        plans.put(number, a_version(number))

    versions = [plans[number].version for number in (1, 2, 3, 3, 2, 1)]

    assert versions == [1, 2, 3, 3, 2, 1]
    assert reads == [1, 2, 3, 1]
    assert len(plans) == 3


def test_the_version_that_was_put_last_is_the_one_that_is_read_again() -> None:
    plans = Plans(read_max=1)
    plans.put(5, a_version(3))
    plans.get(5)
    plans.put(5, a_version(4))
    plans.put(6, a_version(1))
    plans.get(6)

    assert plans[5].version == 4


def test_of_one_that_made_room_the_version_before_one_that_cannot_be_read_stays_too() -> None:
    plans = Plans(read_max=1)
    plans.put(5, a_version(3))
    plans.put(6, a_version(1))
    plans.get(5)
    plans.get(6)

    plans.put(5, BROKEN)

    assert plans[5].version == 3


def test_many_who_ask_first_at_once_have_one_reading(reads: list[int]) -> None:
    plans = with_version(3)
    together, found = threading.Barrier(8), []

    def ask() -> None:
        together.wait()
        found.append(plans[5])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert reads == [5]
    assert len({id(plan) for plan in found}) == 1
