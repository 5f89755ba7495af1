"""Doors of Celery into campaigns."""

from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone
from redis import RedisError

from apps.accounts.models import Organization
from apps.campaigns.models import Link
from apps.campaigns.publish import publish_changed, publish_everything, published_campaigns
from apps.ingress import routes, turns
from apps.ingress.broker import broker
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.retention import retentions, set_retention

# Rows changed this recently are compared again each time: a commit may come later than its updated_at.
RECENT = timedelta(minutes=2)
# Until when what changed was published, in Redis itself.
COMPARED = "trellis:routes:compared"


@shared_task(throws=(RedisError,))  # type: ignore[untyped-decorator]
def publish_routes(everything: bool = False) -> int:
    """Publish whatever changed without saying so: edits in the admin or a shell, a domain verified, Redis flushed.

    Comes by every five seconds, and with `everything` every ten minutes. Running twice publishes nothing the second time.
    """
    now = timezone.now()
    compared = broker().get(COMPARED)
    if everything or compared is None or routes.is_empty(broker()):
        count = publish_everything()
    else:
        # With Redis away, what was changed meanwhile waited.
        since = min(now, datetime.fromisoformat(compared.decode())) - RECENT
        count = publish_changed(
            Link.objects.filter(updated_at__gte=since),
            Organization.objects.prefetch_related("domains"),
            published_campaigns().filter(updated_at__gte=since),
        )
    broker().set(COMPARED, now.isoformat())
    return count


@shared_task(throws=(WarehouseUnavailable,))  # type: ignore[untyped-decorator]
def apply_retention() -> int:
    """Bring stored events to their organization's retention; returns for how many organizations it was changed.

    Comes by every hour. Running twice changes nothing the second time, but for rows that arrived late with an older retention.
    """
    wanted = dict(Organization.objects.values_list("pk", "retention_days"))
    differing = [
        found.organization_id
        for found in retentions()
        if found.organization_id in wanted and found.days != {wanted[found.organization_id]}
    ]
    for organization_id in differing:
        with turns.mutating():
            set_retention(organization_id, wanted[organization_id])
    return len(differing)
