"""From decided changes to rows of ClickHouse: each exactly once, whoever is killed when."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Min

from apps.attribution.models import ConversionChange
from apps.attribution.rows import CONVERSIONS, conversion_row, inverse_of
from apps.ingress.event import Event
from apps.ingress.warehouse.facts import Key, Row, clicks_by_ids, store_facts, stored_facts

AT_ONCE = 1_000
# Of PostgreSQL's advisory locks, the one that means "who holds this stores conversions".
STORING = 7_204_081_534


def store_waiting(now: datetime) -> int:
    """Store the oldest batch of changes; returns how many changes it had, 0 also while somebody else is at it.

    A batch is written down before it is stored: after a crash it is the same rows under the same token again.
    Errors: WarehouseUnavailable, BlockRefused, django.db.Error; then the batch waits.
    """
    with transaction.atomic():
        if not _is_ours():
            return 0
        batch = _open_batch()
    with transaction.atomic():
        if batch is None or not _is_ours():
            return 0
        changes = list(
            ConversionChange.objects.filter(batch=batch, stored_at=None).select_related("conversion").order_by("pk")
        )
        store_facts(CONVERSIONS, rows_of(changes), token=f"conversions-{batch}")
        return ConversionChange.objects.filter(batch=batch, stored_at=None).update(stored_at=now)


def rows_of(changes: Sequence[ConversionChange]) -> list[Row]:
    """The rows of changes. One that takes another back is made of it: of one among these, or as it is stored."""
    taken_back = _taken_back(changes)
    stored = stored_facts(CONVERSIONS, [conversion_row(old, {}) for old in taken_back])
    # What ClickHouse has lost, restored from an older backup, is stored again: else its inverse would stand alone.
    lost = [old for old in taken_back if (old.conversion_id, old.number) not in stored]
    clicks = _clicks([*lost, *changes])
    rows: dict[Key, Row] = {}
    for change in (*lost, *changes):
        if change.sign > 0:
            row = conversion_row(change, clicks)
        else:
            key = (change.conversion_id, change.takes_back)
            row = inverse_of(rows.get(key) or stored[key], change)
        rows[CONVERSIONS.key_of(row)] = row
    return list(rows.values())


def _taken_back(changes: Sequence[ConversionChange]) -> list[ConversionChange]:
    """Of the changes that these take back, those that are not among them."""
    here = {(change.conversion_id, change.number) for change in changes}
    needed = {(one.conversion_id, one.takes_back) for one in changes if one.sign < 0} - here
    olds = ConversionChange.objects.filter(conversion__in={pk for pk, _ in needed}, sign=1).select_related("conversion")
    return [old for old in olds if (old.conversion_id, old.number) in needed]


def _clicks(changes: Sequence[ConversionChange]) -> dict[int, Event]:
    wanted: dict[int, set[int]] = {}
    for change in changes:
        if change.event_id and change.sign > 0:
            wanted.setdefault(change.conversion.organization_id, set()).add(int(change.event_id))
    return {
        event_id: event
        for organization_id, ids in wanted.items()
        for event_id, event in clicks_by_ids(organization_id, ids).items()
    }


def _open_batch() -> int | None:
    """The oldest batch that is not stored; when there is none, one made of what waits. None when nothing does."""
    waiting = ConversionChange.objects.filter(stored_at=None)
    oldest: int | None = waiting.filter(batch__isnull=False).aggregate(oldest=Min("batch"))["oldest"]
    if oldest is not None:
        return oldest
    ids = list(waiting.filter(batch=None).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if not ids:
        return None
    ConversionChange.objects.filter(pk__in=ids).update(batch=ids[0])
    return ids[0]


def _is_ours() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [STORING])
        return bool(cursor.fetchone()[0])
