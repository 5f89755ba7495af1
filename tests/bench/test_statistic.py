import pytest

from bench.statistic import median, percentile


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.01, 1), (0.5, 5), (0.51, 6), (0.9, 9), (0.99, 10), (1.0, 10)]
)
def test_a_percentile_is_the_nearest_rank(share: float, expected: float) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share) == expected


def test_a_percentile_of_a_hundred_values_leaves_the_share_above_it() -> None:
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile(range(1, 101), 0.5) == 50


def test_the_only_value_is_every_percentile() -> None:
    assert percentile([7.5], 0.01) == percentile([7.5], 0.99) == 7.5


def test_of_nothing_the_percentile_and_the_median_are_zero() -> None:
    assert percentile([], 0.99) == 0
    assert median([]) == 0


@pytest.mark.parametrize(("values", "expected"), [([3], 3), ([9, 1, 5], 5), ([4, 1, 2, 3], 2.5)])
def test_the_median_is_in_the_middle(values: list[float], expected: float) -> None:
    assert median(values) == expected


def test_the_values_given_stay_in_their_order() -> None:
    values = [3.0, 1.0, 2.0]

    median(values)
    percentile(values, 0.5)

    assert values == [3.0, 1.0, 2.0]
