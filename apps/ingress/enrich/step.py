"""One step of enrichment: a pure function from an event to a group of its fields."""

from collections.abc import Callable
from typing import Any

from apps.ingress.event import FIELDS, Event

Found = tuple[Any, ...]


class Step:
    """`facts` is the named tuple that `run` answers with; its fields stand side by side in Event, the version last."""

    def __init__(self, name: str, facts: type[Found], run: Callable[[Event], Found]) -> None:
        self.name = name
        self.fields: tuple[str, ...] = facts._fields  # type: ignore[attr-defined]
        self.run = run
        self._first = FIELDS.index(self.fields[0])
        self._end = self._first + len(self.fields)
        assert FIELDS[self._first : self._end] == self.fields, f"{name} and Event disagree"

    def applied_to(self, event: Event) -> Event:
        return Event._make(event[: self._first] + self.run(event) + event[self._end :])
