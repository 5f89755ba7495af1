"""Looking again for the clicks of orphans: a click may be stored after its postback, or be imported long after."""

from datetime import datetime

from django.db import transaction

from apps.attribution.books import settle, take_pen
from apps.attribution.models import Conversion
from apps.attribution.models.conversions import ConversionQuerySet

AT_ONCE = 200


def match_waiting(now: datetime) -> int:
    """Look for the clicks that are due; returns for how many. 0 also while somebody else holds the pen.

    What is not found is looked for again later and later: after 10 s, 20 s, … daily, for three weeks.
    Errors: WarehouseUnavailable, django.db.Error.
    """
    with transaction.atomic():
        if not take_pen(wait=False):
            return 0
        due = Conversion.objects.filter(match_due_at__lte=now).order_by("match_due_at")
        ids = list(due.values_list("pk", flat=True)[:AT_ONCE])
        settle(ids, now, tried=True)
    return len(ids)


def match_again(conversions: ConversionQuerySet, now: datetime) -> int:
    """Have the clicks of these looked for from now on, as if they had just arrived; returns of how many it makes sense."""
    return conversions.orphans().exclude(event_id=0).update(match_due_at=now, match_tries=0)
