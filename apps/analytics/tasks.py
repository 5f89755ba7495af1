"""Doors of Celery into analytics."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from apps.analytics import erasures, rollups
from apps.ingress.warehouse.errors import WarehouseUnavailable

RECENT = timedelta(days=1)
# Workers know the kinds whose modules they have loaded.
KINDS = (erasures.KIND,)


@shared_task(throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def mend_rollups() -> int:
    """Build the days again that were enriched again or found to differ; returns how many.

    Comes by every fifteen seconds. Running twice builds nothing the second time; two at a time leave each other's organizations
    alone. What is cut short by the time limit stays marked, and is read from events until the next time.
    """
    rollups.follow()
    return len(rollups.mend())


@shared_task(throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def reconcile_rollups(everything: bool = False) -> int:
    """Mark the days on which the hourly roll-up says something else than the events: of yesterday and today, or of all days.

    Comes by every five minutes, and with `everything` every night. Running twice marks nothing more. Returns how many.
    """
    first = rollups.BEGINNING if everything else timezone.now().date() - RECENT
    return len(rollups.reconcile(first))
