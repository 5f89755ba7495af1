"""What the columns and values of entries are called, by the models where they know them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

from django.apps import apps
from django.db.models import DateTimeField, Field, ForeignKey, Model
from django.utils.dateparse import parse_datetime

from apps.accounts.models import AuditEntry, User

Change = tuple[str, str, str]
Names = dict[tuple[type[Model], Any], str]
# Of what is made or removed they say nothing: the entry stands under both.
UNDERSTOOD = {"id", "organization_id"}


def changes_of(entries: Sequence[AuditEntry]) -> list[list[Change]]:
    """Of each entry the columns with the texts before and after, without those that were empty and stayed so.

    Cost: one query for each kind of thing that values point to.
    """
    fields = {table: _fields(table) for table in {entry.noun for entry in entries}}
    names = _names(entries, fields)
    return [list(_told(entry, fields[entry.noun], names)) for entry in entries]


def model_of(table: str) -> type[Model] | None:
    return next((model for model in apps.get_models() if model._meta.db_table == table), None)


def name_of(entry: AuditEntry) -> str:
    """What the row was called; "number 3" where rows of its kind have nothing but a number."""
    model = model_of(entry.noun)
    has_names = model and any(field.name == "name" for field in model._meta.concrete_fields)
    return f"number {entry.named}" if entry.named.isdigit() and not has_names else entry.named


def people_of(numbers: Iterable[int]) -> dict[int, str]:
    """What people are called, by number; who is gone has the number only."""
    numbers = sorted({*numbers})
    known = User.objects.in_bulk(numbers)
    return {number: str(known.get(number, f"Somebody who is gone ({number})")) for number in numbers}


def _fields(table: str) -> dict[str, Field[Any, Any]]:
    model = model_of(table)
    return {str(field.column): field for field in model._meta.concrete_fields} if model else {}


def _names(entries: Sequence[AuditEntry], fields: dict[str, dict[str, Field[Any, Any]]]) -> Names:
    pointed: dict[type[Model], set[int]] = defaultdict(set)
    for entry in entries:
        for column, value in [*entry.before.items(), *entry.after.items()]:
            field = fields[entry.noun].get(column)
            if isinstance(field, ForeignKey) and isinstance(value, int):
                pointed[field.related_model].add(value)
    names: Names = {(User, number): name for number, name in people_of(pointed.pop(User, ())).items()}
    for model, numbers in pointed.items():
        found = model._base_manager.select_related().in_bulk(sorted(numbers))
        names |= {(model, number): str(row) for number, row in found.items()}
    return names


def _told(entry: AuditEntry, fields: dict[str, Field[Any, Any]], names: Names) -> Iterable[Change]:
    for column in sorted({*entry.before, *entry.after}):
        if column in UNDERSTOOD and entry.deed != AuditEntry.Deed.CHANGED:
            continue
        field = fields.get(column)
        before, after = (_text(field, values.get(column), names) for values in (entry.before, entry.after))
        if before or after:
            yield str(field.verbose_name) if field else column.replace("_", " "), before, after


def _text(field: Field[Any, Any] | None, value: Any, names: Names) -> str:
    if value is None:
        return ""
    if isinstance(field, ForeignKey) and isinstance(value, int):
        return names.get((field.related_model, value), f"{value}, which is gone")
    if isinstance(value, str):
        moment = parse_datetime(value) if isinstance(field, DateTimeField) else None
        if moment:
            return moment.astimezone(UTC).strftime("%-d %b %Y %H:%M:%S UTC")
        return str(dict(field.flatchoices).get(value, value)) if field else value
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)
