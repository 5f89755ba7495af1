"""What a benchmark found: named figures, ratios to something known, notes on how it was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class Invalid(Exception):
    """The run does not count; the message says what went wrong."""


@dataclass(frozen=True)
class Figure:
    """One number. `limit` is the budget it is held against in words, empty when it has none."""

    value: float
    unit: str
    limit: str = ""


@dataclass(frozen=True)
class Result:
    """`ratios` are ours divided by what is named, for the same load in the same run."""

    name: str
    figures: Mapping[str, Figure]
    ratios: Mapping[str, float]
    notes: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """`{"name", "figures": {name: number}, "ratios": {name: number}, "notes": [text]}`. Units are in `./dev bench`'s table."""
        return {
            "name": self.name,
            "figures": {name: _rounded(figure.value) for name, figure in self.figures.items()},
            "ratios": {name: round(ratio, 3) for name, ratio in self.ratios.items()},
            "notes": list(self.notes),
        }

    def table(self) -> str:
        """For a person to read."""
        rows = [
            (name, f"{_rounded(figure.value):,}", figure.unit, figure.limit) for name, figure in self.figures.items()
        ]
        rows += [(f"of {name}", f"{ratio:.3f}", "ratio", "") for name, ratio in self.ratios.items()]
        width = max((len(name) for name, *_ in rows), default=0)
        lines = [f"{name:<{width}}  {value:>12}  {unit:<12}  {limit}".rstrip() for name, value, unit, limit in rows]
        return "\n".join([f"bench {self.name}", "", *lines, "", *self.notes])


def _rounded(value: float) -> float:
    """Three digits behind the point for small numbers, none for large ones."""
    return round(value, 3) if abs(value) < 100 else round(value)
