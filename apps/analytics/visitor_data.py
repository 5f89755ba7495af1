"""One visitor's data, by id: all of it handed over, or erased. Docs: docs/privacy.md."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from apps.attribution import visitors
from apps.ingress.models import DeadLetter
from apps.ingress.privacy.erasing import WHY_EMPTIED, emptied
from apps.ingress.snowflake import BadId, click_ids, visitor_ids
from apps.ingress.warehouse.facts import clicks_by_ids
from apps.ingress.warehouse.visitors import EVENTS, empty, events_of

ID_LIMIT = 2**64


class UnknownVisitor(Exception):
    """The text is no visitor of this organization's. It says why, in a sentence."""


@dataclass(frozen=True)
class Found:
    """How much there is of a visitor: events of theirs that are stored, conversions and postbacks."""

    visitor_id: int
    events: int
    conversions: int
    postbacks: int


@dataclass(frozen=True)
class Erased:
    events: int
    conversions: int
    postbacks: int
    dead_letters: int


def visitor_named(organization_id: int, text: str) -> int:
    """The visitor of a visitor id, of a click id, or of a visitor's number as events show it.

    Errors: UnknownVisitor, WarehouseUnavailable.
    """
    text = text.strip()
    try:
        return visitor_ids().open(text)
    except BadId:
        pass
    try:
        event_id = click_ids().open(text)
    except BadId:
        number = int(text) if text.isascii() and text.isdigit() else 0
        if not 0 < number < ID_LIMIT:
            raise UnknownVisitor(
                "That is neither a visitor id nor a click id of ours, nor a visitor's number."
            ) from None
        return number
    event = clicks_by_ids(organization_id, {event_id}).get(event_id)
    if event is None or not event.visitor_id:
        raise UnknownVisitor("No stored click of this organization has that id, or its visitor is not known.")
    return event.visitor_id


def found(organization_id: int, visitor_id: int) -> Found:
    """Errors: WarehouseUnavailable. Cost: reads all of it."""
    counts = {"event": 0, "conversion": 0, "postback": 0}
    for kind, _ in everything(organization_id, visitor_id):
        counts[kind] += 1
    return Found(visitor_id, counts["event"], counts["conversion"], counts["postback"])


def everything(organization_id: int, visitor_id: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All rows, each with the word of what it is. Errors: WarehouseUnavailable."""
    for event in events_of(organization_id, visitor_id):
        yield "event", event
    yield from visitors.told_of(organization_id, visitor_id)


def json_lines(organization_id: int, visitor_id: int) -> Iterator[str]:
    """One object a line: `{"kind": "event", …}`. Numbers of 64 bits are texts. Errors: WarehouseUnavailable."""
    for kind, row in everything(organization_id, visitor_id):
        yield json.dumps({"kind_of_record": kind, **{name: _told(value) for name, value in row.items()}}) + "\n"


def erase(organization_id: int, visitor_id: int, until: datetime) -> Erased:
    """Empties everything of the visitor's that happened until then; done again there is nothing left to do.

    Errors: WarehouseUnavailable, django.db.Error; then calling again is right.
    """
    return Erased(
        events=empty(EVENTS, organization_id, visitor_id, until),
        conversions=visitors.erase_conversions(organization_id, visitor_id, until),
        postbacks=visitors.erase_postbacks(organization_id, visitor_id),
        dead_letters=_erase_dead_letters(organization_id, visitor_id),
    )


def _erase_dead_letters(organization_id: int, visitor_id: int) -> int:
    """Lines keep their ids and moments, so that they are still counted when they are replayed."""
    words = f'"visitor":{visitor_id},'.encode()
    changed = 0
    for letter in DeadLetter.objects.filter(Q(organization_id=organization_id) | Q(organization_id=0)).iterator():
        line = bytes(letter.line)
        if words in line and (less := emptied(line, organization_id)) != line:
            with transaction.atomic():
                changed += DeadLetter.objects.filter(pk=letter.pk).update(line=less, reason=WHY_EMPTIED)
    return changed


def _told(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 2**53 else _jsonable(value)


def _jsonable(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
