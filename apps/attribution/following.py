"""Conversions copy the columns of their click; when those were made again, the copies follow: the old row back, a new one added."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q

from apps.attribution.books import take_pen
from apps.attribution.models import ConversionChange
from apps.ingress.models import ChangedHours

READER = "conversions"
AT_ONCE = 500
REASON = "click"


def follow_clicks(now: datetime) -> int:
    """Follow what was changed of an organization's clicks; returns how many changes that were, 0 when there are none.

    All that wait for one organization together, for steps that follow each other change the same clicks. All or nothing: broken
    off, they are followed anew. Errors: django.db.Error.
    """
    with transaction.atomic():
        oldest = ChangedHours.objects.unseen_by(READER).first()
        if oldest is None or not take_pen(wait=False):
            return 0
        changes = list(ChangedHours.objects.unseen_by(READER).filter(organization_id=oldest.organization_id)[:AT_ONCE])
        for rows in _in_effect(oldest.organization_id, changes):
            ConversionChange.objects.bulk_create(_again(rows, now))
        for changed in changes:
            changed.seen(READER)
    return len(changes)


def _in_effect(organization_id: int, changes: Sequence[ChangedHours]) -> Iterator[list[ConversionChange]]:
    """Rows in effect that copied a click of those hours, some at a time."""
    hours = reduce(or_, (Q(clicked_at__gte=changed.start, clicked_at__lt=changed.end) for changed in changes))
    of_these_clicks = ConversionChange.objects.filter(hours, conversion__organization_id=organization_id)
    # A row that takes another back names the same click.
    gone = set(of_these_clicks.filter(sign=-1).values_list("conversion_id", "takes_back"))
    rows = of_these_clicks.filter(sign=1).order_by("conversion_id", "number")
    some: list[ConversionChange] = []
    for row in rows.iterator(chunk_size=AT_ONCE):
        if (row.conversion_id, row.number) in gone:
            continue
        # All rows of one conversion together: their numbers go on from its last.
        if len(some) >= AT_ONCE and some[-1].conversion_id != row.conversion_id:
            yield some
            some = []
        some.append(row)
    if some:
        yield some


def _again(rows: Sequence[ConversionChange], now: datetime) -> list[ConversionChange]:
    """Each row taken back, and the same once more: storing copies the click anew."""
    last = _last_numbers({row.conversion_id for row in rows})
    added = []
    for row in rows:
        for sign, takes_back in ((-1, row.number), (1, 0)):
            last[row.conversion_id] += 1
            added.append(_like(row, last[row.conversion_id], sign, takes_back, now))
    return added


def _last_numbers(conversion_ids: set[int]) -> dict[int, int]:
    newest = ConversionChange.objects.filter(conversion_id__in=conversion_ids).order_by("conversion_id", "-number")
    return dict(newest.distinct("conversion_id").values_list("conversion_id", "number"))


def _like(row: ConversionChange, number: int, sign: int, takes_back: int, now: datetime) -> ConversionChange:
    return ConversionChange(
        conversion_id=row.conversion_id,
        number=number,
        sign=sign,
        takes_back=takes_back,
        line=row.line,
        status=row.status,
        reason=REASON,
        happened_at=row.happened_at,
        recorded_at=now,
        payout=row.payout,
        currency=row.currency,
        rate=row.rate,
        rate_on=row.rate_on,
        cost=row.cost,
        event_id=row.event_id,
        clicked_at=row.clicked_at,
    )
