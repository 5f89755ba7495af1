"""Entries of the audit in words."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.utils.text import capfirst

from apps.accounts.audit.words import Change, changes_of, model_of, name_of, people_of
from apps.accounts.models import AuditEntry, Membership

HEADER = (
    "at",
    "person",
    "program",
    "task",
    "address",
    "request",
    "view",
    "deed",
    "thing",
    "row",
    "name",
    "before",
    "after",
)
# A file of many entries is told so many at a time, so that it begins at once and is never held whole.
AT_ONCE = 500
NOBODY = "Trellis itself"
STRANGER = "Somebody who was signing in or up"


@dataclass(frozen=True)
class Told:
    """An entry as the page shows it."""

    entry: AuditEntry
    who: str
    thing: str
    name: str
    changes: list[Change]

    @property
    def at(self) -> datetime:
        return self.entry.at


def told(entries: Iterable[AuditEntry]) -> list[Told]:
    """Cost: one query for the people, and one for each kind of thing that values point to."""
    entries = list(entries)
    members = Membership._meta.db_table
    numbers = {entry.user_id for entry in entries if entry.user_id}
    numbers |= {int(entry.named) for entry in entries if entry.noun == members and entry.named.isdigit()}
    people = people_of(numbers)
    return [
        _told(entry, people, changes, named_by_person=entry.noun == members)
        for entry, changes in zip(entries, changes_of(entries), strict=True)
    ]


def rows(entries: Iterable[AuditEntry]) -> Iterator[list[object]]:
    """For a file, in the order of HEADER. Cost: that of `told` for every AT_ONCE entries."""
    left = iter(entries)
    while some := list(islice(left, AT_ONCE)):
        yield from map(_row, told(some))


def noun_of(table: str) -> str:
    """What we call a row of the table; the table itself when its model is gone."""
    model = model_of(table)
    return capfirst(str(model._meta.verbose_name if model else table))


def _row(each: Told) -> list[object]:
    entry = each.entry
    return [
        entry.at, each.who if entry.user_id else "", entry.program, entry.task, entry.address, entry.request_id, entry.view,
        entry.get_deed_display(), each.thing, entry.row_id, each.name, json.dumps(entry.before), json.dumps(entry.after),
    ]  # fmt: skip


def _told(entry: AuditEntry, people: dict[int, str], changes: list[Change], *, named_by_person: bool) -> Told:
    name = people[int(entry.named)] if named_by_person and entry.named.isdigit() else name_of(entry)
    who = (
        people[entry.user_id] if entry.user_id else entry.program or entry.task or (STRANGER if entry.view else NOBODY)
    )
    return Told(entry, who, noun_of(entry.noun), name, changes)
