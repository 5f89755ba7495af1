"""Entries of the audit in words."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.utils.text import capfirst

from apps.accounts.models import AuditEntry, Membership, User

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
NOBODY = "Trellis itself"


@dataclass(frozen=True)
class Told:
    """An entry as the page shows it. `changes` are columns with the texts before and after."""

    entry: AuditEntry
    who: str
    thing: str
    name: str
    changes: list[tuple[str, str, str]]

    @property
    def at(self) -> datetime:
        return self.entry.at


def told(entries: Iterable[AuditEntry]) -> list[Told]:
    """Cost: one query, for the people."""
    entries = list(entries)
    members = Membership._meta.db_table
    numbers = {entry.user_id for entry in entries if entry.user_id}
    numbers |= {int(entry.named) for entry in entries if entry.noun == members and entry.named.isdigit()}
    people = people_of(numbers)
    return [_told(entry, people, named_by_person=entry.noun == members) for entry in entries]


def rows(entries: Iterable[AuditEntry]) -> Iterator[list[object]]:
    """For a file, in the order of HEADER."""
    for each in told(entries):
        entry = each.entry
        yield [
            entry.at, each.who if entry.user_id else "", entry.program, entry.task, entry.address, entry.request_id, entry.view,
            entry.get_deed_display(), each.thing, entry.row_id, each.name, json.dumps(entry.before), json.dumps(entry.after),
        ]  # fmt: skip


def people_of(numbers: Iterable[int]) -> dict[int, str]:
    """What people are called, by number; who is gone has the number only."""
    numbers = sorted({*numbers})
    known = User.objects.in_bulk(numbers)
    return {number: str(known.get(number, f"Somebody who is gone ({number})")) for number in numbers}


def noun_of(table: str) -> str:
    """What we call a row of the table; the table itself when its model is gone."""
    found = (model._meta.verbose_name for model in apps.get_models() if model._meta.db_table == table)
    return capfirst(str(next(found, table)))


def _told(entry: AuditEntry, people: dict[int, str], *, named_by_person: bool) -> Told:
    name = people[int(entry.named)] if named_by_person and entry.named.isdigit() else entry.named
    columns = sorted({*entry.before, *entry.after})
    changes = [(column, _text(entry.before.get(column)), _text(entry.after.get(column))) for column in columns]
    # What is made or removed is told without what was empty.
    said = [change for change in changes if change[1] or change[2]]
    who = people[entry.user_id] if entry.user_id else entry.program or entry.task or NOBODY
    return Told(entry, who, noun_of(entry.noun), name, said)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
