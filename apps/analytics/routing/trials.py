"""Trials of one request under what is in force and under the draft, side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from apps.analytics.reports.campaign_clicks import RoutedClick, newest_routed
from apps.analytics.routing.told import Told, told
from apps.analytics.routing.tried import Tried, Visit, tried
from apps.campaigns.models import Campaign, Status
from apps.ingress.plans.plan import BadPlan
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable
from apps.ingress.warehouse.reader import Warehouse

DRAFT = "The draft, as if it were live"


@dataclass(frozen=True)
class Trial:
    """`trouble` is a sentence where the document cannot be tried; then there is nothing else."""

    title: str
    tried: Tried | None = None
    told: Told | None = None
    trouble: str = ""


def trials(campaign: Campaign, visit: Visit, *, now: datetime) -> list[Trial]:
    """Of the version in force, as its status has it, and of the draft as if it were live; once where they are the same."""
    return list(_trials(campaign, visit, now))


def recent_clicks(warehouse: Warehouse, campaign: Campaign, since: datetime, *, limit: int) -> list[RoutedClick]:
    """The newest that the campaign routed, to choose from; none while ClickHouse does not answer, for one can be made up."""
    try:
        return newest_routed(warehouse, campaign.pk, since, limit=limit)
    except (WarehouseUnavailable, QuestionTooLarge):
        return []


def _trials(campaign: Campaign, visit: Visit, now: datetime) -> Iterator[Trial]:
    if version := campaign.version:
        title = f"Version {version.number}, in force"
        yield _trial(title, campaign, version.document, visit, version.number, campaign.status, now)
    if not campaign.is_published:
        yield _trial(DRAFT, campaign, campaign.draft, visit, 0, Status.ACTIVE, now)


def _trial(
    title: str, campaign: Campaign, document: dict[str, object], visit: Visit, version: int, status: str, now: datetime
) -> Trial:
    try:
        found = tried(campaign, document, visit, version=version, status=status, now=now)
    except BadPlan as error:
        return Trial(title, trouble=f"This cannot be tried: {error}")
    return Trial(title, found, told(found.trace, document))
