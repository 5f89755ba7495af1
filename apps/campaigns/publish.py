"""Links, campaigns and organizations on their way down into every ingress process."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import structlog
from django.db import transaction
from django.db.models import Model, QuerySet
from redis import RedisError

from apps.accounts.models import Organization
from apps.campaigns.models import Campaign, Link
from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.destination import BadDestination, absolute
from apps.ingress.routing import CAMPAIGN_UNIT, LINK_UNIT, ORGANIZATION_UNIT

log = structlog.get_logger(__name__)

BATCH = 2_000
# How often somebody may change the same rows while they are published before they are left to the next round of the beat.
ROUNDS = 3
Units = dict[str, dict[str, Any] | None]
Row = TypeVar("Row", bound=Model)


def publish_link(link: Link) -> None:
    """Put the link as it is by then in force once this transaction is through.

    With Redis away nothing is lost: the task `publish_routes` comes by every few seconds.
    """
    links = Link.objects.filter(pk=link.pk)
    organizations, campaigns = _of(link.organization_id), published_campaigns().filter(links=link)
    transaction.on_commit(lambda: _publish_if_possible(links, organizations, campaigns))


def publish_campaign(campaign: Campaign) -> None:
    """The same for a campaign and all of its links: they come into force together."""
    links, organizations = Link.objects.filter(campaign=campaign.pk), _of(campaign.organization_id)
    campaigns = published_campaigns().filter(pk=campaign.pk)
    transaction.on_commit(lambda: _publish_if_possible(links, organizations, campaigns))


def publish_changed(
    links: Iterable[Link], organizations: Iterable[Organization], campaigns: Iterable[Campaign] = ()
) -> int:
    """Publish those that differ from what is in force, all together; returns how many. Errors: redis.RedisError."""

    def read() -> Units:
        return {
            **organization_units(_fresh(organizations)),
            **campaign_units(_fresh(campaigns)),
            **link_units(_fresh(links)),
        }

    return _published_as_read(read)


def publish_everything() -> int:
    """Publish what differs and withdraw what is gone; returns how many. Into an empty Redis the whole table goes at once.

    Errors: redis.RedisError. Cost: reads every link and campaign, 20 MB of memory for 100,000 links and the published documents.
    """
    # Asked first: what is published while the rows are read is not in them, and not gone either.
    in_force = routes.published_names(broker())
    organizations = Organization.objects.prefetch_related("domains")
    units = {
        **organization_units(organizations),
        **campaign_units(published_campaigns().iterator(chunk_size=BATCH)),
        **link_units(Link.objects.iterator(chunk_size=BATCH)),
    }
    if routes.is_empty(broker()):
        routes.publish(broker(), units, whole=True)
        return len(units)
    gone: Units = dict.fromkeys(in_force - units.keys())
    changed = _differing(units)
    routes.publish(broker(), {**changed, **gone})
    return len(changed) + len(gone) + _published_again(changed)


def link_units(links: Iterable[Link]) -> Units:
    return {
        f"{LINK_UNIT}{link.key}": {
            "organization_id": link.organization_id,
            "link_id": link.pk,
            "campaign_id": link.campaign_id or 0,
            "destination": link.destination,
            "paused": link.paused_at is not None,
        }
        for link in links
    }


def campaign_units(campaigns: Iterable[Campaign]) -> Units:
    """A campaign is in force from its first version on; before, its links lead to the organization's default."""
    return {
        f"{CAMPAIGN_UNIT}{campaign.pk}": {
            "organization_id": campaign.organization_id,
            "key": campaign.key,
            "version": campaign.version.number,
            "status": campaign.status,
            "document": campaign.version.document,
        }
        for campaign in campaigns
        if campaign.version
    }


def organization_units(organizations: Iterable[Organization]) -> Units:
    return {f"{ORGANIZATION_UNIT}{organization.pk}": _document(organization) for organization in organizations}


def _differing(units: Units) -> Units:
    """Those that are not in force as they are; asked for in batches, as documents of campaigns are large."""
    names, differing = list(units), {}
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        in_force = routes.published(broker(), batch)
        differing.update({name: units[name] for name in batch if units[name] != in_force.get(name)})
    return differing


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


def _of(organization_id: int) -> QuerySet[Organization]:
    return Organization.objects.filter(pk=organization_id).prefetch_related("domains")


def published_campaigns() -> QuerySet[Campaign]:
    return Campaign.objects.filter(version__isnull=False).select_related("version").defer("draft")


def _fresh(rows: Iterable[Row]) -> Iterable[Row]:
    """The rows as they are now: what a query found before is not asked."""
    return rows.all() if isinstance(rows, QuerySet) else rows


def _published_again(names: Iterable[str]) -> int:
    """Reading every row takes a while, in which somebody may have published newer ones: those are put back in force."""
    keys: dict[str, list[str]] = {ORGANIZATION_UNIT: [], CAMPAIGN_UNIT: [], LINK_UNIT: []}
    for name in names:
        kind, colon, key = name.partition(":")
        keys[kind + colon].append(key)
    organizations = Organization.objects.filter(pk__in=keys[ORGANIZATION_UNIT]).prefetch_related("domains")
    campaigns = published_campaigns().filter(pk__in=keys[CAMPAIGN_UNIT])
    return publish_changed(Link.objects.filter(key__in=keys[LINK_UNIT]), organizations, campaigns)


def _published_as_read(read: Callable[[], Units]) -> int:
    """Publishes what differs, and returns how many.

    Of two who publish at once the slower may have read the older rows. So who has published looks again: what was committed before
    is seen now, and what is committed later is published later.
    """
    count = 0
    units = read()
    for _ in range(ROUNDS):
        changed = _differing(units)
        if not changed or not routes.publish(broker(), changed):
            break
        count += len(changed)
        units = read()
    return count


def _publish_if_possible(
    links: Iterable[Link], organizations: Iterable[Organization], campaigns: Iterable[Campaign]
) -> None:
    try:
        publish_changed(links, organizations, campaigns)
    except RedisError as error:
        log.warning("links wait to be published", links=[link.key for link in links], error=str(error))
