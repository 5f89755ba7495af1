"""Links and organizations on their way down into every ingress process."""

from collections.abc import Iterable
from typing import Any

import structlog
from django.db import transaction
from redis import RedisError

from apps.accounts.models import Organization
from apps.campaigns.models import Link
from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.destination import BadDestination, absolute
from apps.ingress.routing import LINK_UNIT, ORGANIZATION_UNIT

log = structlog.get_logger(__name__)

BATCH = 2_000
Units = dict[str, dict[str, Any] | None]


def publish_link(link: Link) -> None:
    """Put the link as it is now in force once this transaction is through.

    With Redis away nothing is lost: the task `publish_routes` comes by every few seconds.
    """
    transaction.on_commit(lambda: _publish_if_possible(link))


def publish_changed(links: Iterable[Link], organizations: Iterable[Organization]) -> int:
    """Publish those that differ from what is in force; returns how many. Errors: redis.RedisError."""
    units = {**organization_units(organizations), **link_units(links)}
    changed = _differing(units)
    routes.publish(broker(), changed)
    return len(changed)


def publish_everything() -> int:
    """Publish what differs and withdraw what is gone; returns how many. Into an empty Redis the whole table goes at once.

    Errors: redis.RedisError. Cost: reads every link, 20 MB of memory for 100,000.
    """
    # Asked first: what is published while the rows are read is not in them, and not gone either.
    in_force = routes.published_names(broker())
    organizations = Organization.objects.prefetch_related("domains")
    units = {**organization_units(organizations), **link_units(Link.objects.iterator(chunk_size=BATCH))}
    if routes.is_empty(broker()):
        routes.publish(broker(), units, whole=True)
        return len(units)
    gone: Units = dict.fromkeys(in_force - units.keys())
    changed = _differing(units)
    routes.publish(broker(), {**changed, **gone})
    return len(changed) + len(gone)


def link_units(links: Iterable[Link]) -> Units:
    return {
        f"{LINK_UNIT}{link.key}": {
            "organization_id": link.organization_id,
            "link_id": link.pk,
            "destination": link.destination,
            "paused": link.paused_at is not None,
        }
        for link in links
    }


def organization_units(organizations: Iterable[Organization]) -> Units:
    return {f"{ORGANIZATION_UNIT}{organization.pk}": _document(organization) for organization in organizations}


def _differing(units: Units) -> Units:
    in_force = routes.published(broker(), list(units))
    return {name: document for name, document in units.items() if document != in_force.get(name)}


def _document(organization: Organization) -> dict[str, Any]:
    verified = [domain for domain in organization.domains.all() if domain.verified_at]
    return {
        "key": organization.key,
        "hosts": sorted(domain.name for domain in verified if domain.serves_links),
        "domains": sorted(domain.name for domain in verified if not domain.serves_links),
        "link_secret": organization.link_secret,
        "default_destination": organization.default_destination,
        "safe_url": _escaped(organization.safe_url),
        "retention_days": organization.retention_days,
    }


def _escaped(url: str) -> str:
    try:
        return absolute(url)[0] if url else ""
    except BadDestination:
        return ""


def _publish_if_possible(link: Link) -> None:
    try:
        publish_changed([link], Organization.objects.filter(pk=link.organization_id).prefetch_related("domains"))
    except RedisError as error:
        log.warning("a link waits to be published", link=link.key, error=str(error))
