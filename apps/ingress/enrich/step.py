"""One step of enrichment: a pure function from an event and the tables to a group of the event's fields."""

from collections.abc import Callable
from typing import Any

from apps.ingress.enrich.snapshot import Tables
from apps.ingress.event import FIELDS, Event

Found = tuple[Any, ...]


class Step:
    """`facts` is the named tuple that `run` answers with; its fields stand side by side in Event, the version last."""

    def __init__(self, name: str, facts: type[Found], run: Callable[[Event, Tables], Found]) -> None:
        self.name = name
        self.fields: tuple[str, ...] = facts._fields  # type: ignore[attr-defined]
        self.run = run
        self.first = FIELDS.index(self.fields[0])
        self.end = self.first + len(self.fields)
        assert FIELDS[self.first : self.end] == self.fields, f"{name} and Event disagree"

    def applied_to(self, event: Event, tables: Tables) -> Event:
        return Event._make(event[: self.first] + self.run(event, tables) + event[self.end :])
