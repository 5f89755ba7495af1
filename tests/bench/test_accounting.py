import pytest

from bench.accounting import Account, account, demand_balance
from bench.result import Invalid


def test_ids_in_are_ids_stored() -> None:
    found = account([1, 2, 3], [3, 1, 2])

    assert found == Account(answered=3, rows=3, missing=0, twice=0, unanswered=0)
    assert found.balanced


def test_a_click_that_is_not_stored_is_missing() -> None:
    assert account([1, 2, 3], [1, 3]).missing == 1


def test_every_row_too_many_counts() -> None:
    found = account([1, 2], [1, 2, 2, 2])

    assert (found.rows, found.twice, found.missing) == (4, 2, 0)


def test_a_row_that_nobody_was_answered_is_told_apart() -> None:
    assert account([1], [1, 99]) == Account(answered=1, rows=2, missing=0, twice=0, unanswered=1)


@pytest.mark.parametrize(("answered", "stored"), [([1, 2], [1]), ([1], [1, 1]), ([1], [1, 2])])
def test_a_run_that_does_not_balance_is_invalid(answered: list[int], stored: list[int]) -> None:
    with pytest.raises(Invalid, match="ids in are not ids stored"):
        demand_balance(account(answered, stored))


def test_equal_numbers_do_not_make_up_for_different_ids() -> None:
    found = account([1, 2], [1, 3])

    assert (found.missing, found.unanswered) == (1, 1)
    assert not found.balanced
