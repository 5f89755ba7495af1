"""Rows that several parts of a form have: dates, caps, and the weights of destinations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.campaigns.builder.texts import Moment, number
from apps.campaigns.definition import Of, Per

Data = Mapping[str, str]
Document = dict[str, Any]
NONE = Moment()
LABELS = {
    (Of.CLICKS, Per.DAY): "Clicks a day",
    (Of.CLICKS, Per.EVER): "Clicks in all",
    (Of.CONVERSIONS, Per.DAY): "Conversions a day",
    (Of.CONVERSIONS, Per.EVER): "Conversions in all",
}


@dataclass(frozen=True)
class Dates:
    starts_at: Moment = NONE
    ends_at: Moment = NONE

    @classmethod
    def of(cls, document: Document, zone: str) -> "Dates":
        return cls(Moment.of(document["starts_at"], zone), Moment.of(document["ends_at"], zone))

    @classmethod
    def read(cls, data: Data) -> "Dates":
        return cls(
            *(Moment(data.get(name, "").strip(), data.get(f"{name}.kept", "")) for name in ("starts_at", "ends_at"))
        )

    def pairs(self) -> Iterator[tuple[str, str]]:
        for name in ("starts_at", "ends_at"):
            yield name, getattr(self, name).local
            yield f"{name}.kept", getattr(self, name).kept

    def document(self, zone: str) -> Document:
        return {"starts_at": self.starts_at.document(zone), "ends_at": self.ends_at.document(zone)}


@dataclass(frozen=True)
class CapRow:
    """One of the four caps there can be; an empty `limit` is none."""

    of: str
    per: str
    limit: str = ""

    @property
    def label(self) -> str:
        return LABELS[Of(self.of), Per(self.per)]


@dataclass(frozen=True)
class Caps:
    rows: tuple[CapRow, ...] = tuple(CapRow(of, per) for of, per in LABELS)

    @classmethod
    def of(cls, document: Sequence[Document]) -> "Caps":
        """Those of the document in its order, then those it does not have."""
        limits = {(each["of"], each["per"]): str(each["limit"]) for each in document}
        return cls(tuple(CapRow(of, per, limits.get((of, per), "")) for of, per in dict.fromkeys([*limits, *LABELS])))

    @classmethod
    def read(cls, data: Data) -> "Caps":
        found = [
            (data.get(f"caps.{n}.of", ""), data.get(f"caps.{n}.per", ""), data.get(f"caps.{n}.limit", ""))
            for n in range(len(LABELS))
        ]
        rows = {(of, per): limit.strip() for of, per, limit in found if (of, per) in LABELS}
        return cls(tuple(CapRow(*key, rows.get(key, "")) for key in dict.fromkeys([*rows, *LABELS])))

    def pairs(self) -> Iterator[tuple[str, str]]:
        for n, row in enumerate(self.rows):
            yield from ((f"caps.{n}.{name}", str(getattr(row, name))) for name in ("of", "per", "limit"))

    def document(self) -> list[Document]:
        return [{"of": row.of, "per": row.per, "limit": number(row.limit)} for row in self.rows if row.limit]

    @property
    def numbered(self) -> list[tuple[str, CapRow]]:
        """Each with the name of its fields."""
        return [(f"caps.{n}", row) for n, row in enumerate(self.rows)]


@dataclass(frozen=True)
class WeightRow:
    destination: int
    name: str
    weight: str = ""
    is_paused: bool = False


@dataclass(frozen=True)
class Weights:
    """A row for every destination there is; an empty weight or 0 gets nothing."""

    rows: tuple[WeightRow, ...] = ()

    @classmethod
    def of(cls, shares: Sequence[Document], draft: Document) -> "Weights":
        """Destinations that have a share in the order of the shares, then the others."""
        known = {each["id"]: each for each in draft["destinations"]}
        weights = {each["destination"]: str(each["weight"]) for each in shares}
        return cls(
            tuple(
                _weight_row(known[number], weights) for number in dict.fromkeys([*weights, *known]) if number in known
            )
        )

    @classmethod
    def read(cls, data: Data, draft: Document) -> "Weights":
        known = {str(each["id"]): each for each in draft["destinations"]}
        said = [(data.get(f"to.{n}.destination", ""), data.get(f"to.{n}.weight", "")) for n in range(len(known))]
        weights = {int(number): weight.strip() for number, weight in said if number in known}
        return cls(
            tuple(_weight_row(known[str(number)], weights) for number in dict.fromkeys([*weights, *map(int, known)]))
        )

    def pairs(self) -> Iterator[tuple[str, str]]:
        for n, row in enumerate(self.rows):
            yield f"to.{n}.destination", str(row.destination)
            yield f"to.{n}.weight", row.weight

    def document(self) -> list[Document]:
        return [
            {"destination": row.destination, "weight": number(row.weight)}
            for row in self.rows
            if row.weight not in ("", "0")
        ]

    @property
    def numbered(self) -> list[tuple[str, WeightRow]]:
        return [(f"to.{n}", row) for n, row in enumerate(self.rows)]


def _weight_row(destination: Document, weights: Mapping[int, str]) -> WeightRow:
    number = destination["id"]
    return WeightRow(number, destination["name"], weights.get(number, ""), destination["paused"])
