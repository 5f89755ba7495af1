"""What became of runs, the newest first, and where the history begins that they look at."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from apps.attribution.ledger.pieces import history_begins_at
from apps.attribution.models import Edition, Run
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable
from apps.ingress.warehouse.reader import Warehouse

PATIENCE_S = 2
WITH = ("campaign", "reverts", "job", "created_by")


@dataclass(frozen=True)
class Beginning:
    """When the first event happened that is still stored, None when there is none. Not `is_known` when ClickHouse did not say."""

    at: datetime | None = None
    is_known: bool = True


@dataclass(frozen=True)
class Past:
    """An edition, or a run that ended without one. `run` is None for an edition that no run made."""

    at: datetime
    run: Run | None = None
    edition: Edition | None = None

    @property
    def gained(self) -> int:
        return self._events("gained")

    @property
    def taken(self) -> int:
        return self._events("taken")

    @property
    def who(self) -> str:
        maker = self.edition.created_by if self.edition else self.run.created_by if self.run else None
        return (maker.name or maker.email) if maker else ""

    def _events(self, which: str) -> int:
        return sum(self.run.counts.get(which, {}).values()) if self.run else 0


def beginning(organization_id: int) -> Beginning:
    """Never raises: a page that only mentions it goes without."""
    try:
        return Beginning(history_begins_at(Warehouse(organization_id, PATIENCE_S)))
    except (WarehouseUnavailable, QuestionTooLarge):
        return Beginning(is_known=False)


def history(organization_id: int, *, before: datetime | None = None, limit: int) -> list[Past]:
    """What is over, the newest first, of before a moment. Cost: two queries."""
    editions = Edition.objects.filter(organization_id=organization_id).select_related(
        "created_by", *(f"run__{name}" for name in ("campaign", "reverts", "job"))
    )
    runs = Run.objects.filter(organization_id=organization_id, state__in=(Run.State.CANCELLED, Run.State.FAILED))
    # One that caught up and had nothing to do is nobody's news.
    runs = runs.exclude(state=Run.State.CANCELLED, catches_up__isnull=False)
    runs = runs.select_related(*WITH).order_by("-ended_at", "-pk")
    if before:
        editions, runs = editions.filter(created_at__lt=before), runs.filter(ended_at__lt=before)
    found = [Past(each.created_at, each.run, each) for each in editions.order_by("-number")[:limit]]
    found += [Past(each.ended_at, each) for each in runs[:limit] if each.ended_at]
    return sorted(found, key=lambda past: past.at, reverse=True)[:limit]


def going_on(organization_id: int) -> list[Run]:
    """Runs that are done right now or wait, in the order in which they will be."""
    runs = Run.objects.open().filter(organization_id=organization_id).select_related(*WITH)
    return list(runs.order_by(F("started_at").asc(nulls_last=True), "created_at", "pk"))
