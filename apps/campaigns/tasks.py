"""Doors of Celery into campaigns."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from redis import RedisError

from apps.accounts.models import Organization
from apps.campaigns.models import Link
from apps.campaigns.publish import publish_changed, publish_everything
from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.warehouse.errors import WarehouseUnavailable
from apps.ingress.warehouse.retention import retentions, set_retention

# Rows changed this recently are compared again each time: a commit may come later than its updated_at.
RECENT = timedelta(minutes=2)


@shared_task(throws=(RedisError,))  # type: ignore[untyped-decorator]
def publish_routes(everything: bool = False) -> int:
    """Publish whatever changed without saying so: edits in the admin or a shell, a domain verified, Redis flushed.

    Comes by every five seconds, and with `everything` every ten minutes. Running twice publishes nothing the second time.
    """
    if everything or routes.is_empty(broker()):
        return publish_everything()
    recent = Link.objects.filter(updated_at__gte=timezone.now() - RECENT)
    return publish_changed(recent, Organization.objects.prefetch_related("domains"))


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
        set_retention(organization_id, wanted[organization_id])
    return len(differing)
