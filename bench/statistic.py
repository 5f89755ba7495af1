"""Medians and percentiles."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed (nearest rank). 0 when there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    rank = max(-(-len(ordered) * share // 1), 1)
    return ordered[int(rank) - 1]


def median(values: Sequence[float]) -> float:
    """The middle value, of an even number the mean of the middle two. 0 when there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
