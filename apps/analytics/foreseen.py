"""What a run would do, for people to look at: both policies out of one count, from whom, by day, and how long it takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from math import ceil
from typing import Any, NamedTuple

from apps.analytics.reports.clicks_by_edition import DayClicks
from apps.attribution.ledger.estimate import Estimate, estimate
from apps.attribution.ledger.preview import SAMPLE, Moved, Preview
from apps.attribution.models import Policy
from apps.campaigns.models import Campaign

# More points than this cannot be told apart: then months are drawn.
MOST_DAYS = 400


@dataclass(frozen=True)
class Sums:
    events: int = 0
    people: int = 0
    conversions: int = 0
    revenue: Decimal = Decimal()

    @classmethod
    def of(cls, moved: Iterable[Moved]) -> "Sums":
        some = list(moved)
        return cls(
            sum(one.events for one in some),
            sum(one.people for one in some),
            sum(one.conversions for one in some),
            round(sum((one.revenue for one in some), Decimal()), 2),
        )

    @property
    def others(self) -> int:
        """Events that are no clicks of people."""
        return self.events - self.people


class Between(NamedTuple):
    """What goes from one campaign to another; None is no campaign."""

    old: Campaign | None
    new: Campaign | None
    sums: Sums


class SampleEvent(NamedTuple):
    event_id: int
    day: date
    old: Campaign | None


@dataclass(frozen=True)
class Foreseen:
    """`found` is of the policy override: what it takes from nobody is what fill would do."""

    found: Preview
    policy: Policy
    organization_id: int
    names: dict[int, Campaign]

    @property
    def moved(self) -> list[Moved]:
        """With the policy that is chosen."""
        return [one for one in self.found.moved if self.policy is Policy.OVERRIDE or not one.old]

    @cached_property
    def sums(self) -> Sums:
        return Sums.of(self.moved)

    @cached_property
    def fill(self) -> Sums:
        return Sums.of(one for one in self.found.moved if not one.old)

    @cached_property
    def taken(self) -> Sums:
        """What override takes from campaigns beyond that."""
        return Sums.of(one for one in self.found.moved if one.old)

    @cached_property
    def override(self) -> Sums:
        return Sums.of(self.found.moved)

    @property
    def taken_from(self) -> list[Between]:
        return [each for each in self.between if each.old]

    @cached_property
    def between(self) -> list[Between]:
        """By pairs of campaigns, the largest first, whatever the policy."""
        pairs = {(one.old, one.new) for one in self.found.moved}
        found = [
            Between(
                self._named(old),
                self._named(new),
                Sums.of(one for one in self.found.moved if (one.old, one.new) == (old, new)),
            )
            for old, new in pairs
        ]
        return sorted(found, key=lambda each: -each.sums.events)

    @property
    def sample(self) -> list[SampleEvent]:
        """Some events, spread over days and campaigns as far as there are, whatever the policy; oldest day first."""
        moved = [one for one in self.found.moved if one.sample]
        spread = moved[:: max(len(moved) // SAMPLE, 1)]
        rounds = (
            SampleEvent(one.sample[place], one.day, self._named(one.old))
            for place in range(SAMPLE)
            for one in spread
            if place < len(one.sample)
        )
        return sorted((each for each, _ in zip(rounds, range(SAMPLE), strict=False)), key=lambda each: each.day)

    @property
    def hole_until(self) -> datetime | None:
        """When stored history begins, if that is after the span does."""
        return self.found.history_begins_at if self.found.is_missing_history else None

    @cached_property
    def estimate(self) -> Estimate:
        entries = sum(one.events * ((one.old != 0) + (one.new != 0)) for one in self.moved)
        return estimate(self.organization_id, entries=entries, days=len({one.day for one in self.moved}))

    @property
    def minutes(self) -> int:
        return ceil(self.estimate.seconds / 60)

    def chart(self, now: Sequence[DayClicks]) -> dict[str, Any]:
        """Clicks of people that the campaign has, as of `now`, and would have."""
        before = {one.day: one.after for one in now}
        fill, override = dict(before), dict(before)
        for one in self.found.moved:
            override[one.day] = override.get(one.day, 0) + one.people
            if not one.old:
                fill[one.day] = fill.get(one.day, 0) + one.people
        series = {"Now": before, "With fill": fill}
        if self.taken.people:
            series["With override"] = override
        return over_days(series)

    def _named(self, number: int) -> Campaign | None:
        return self.names.get(number) or (Campaign(pk=number, name=f"campaign {number}") if number else None)


def foreseen(found: Preview, policy: Policy, organization_id: int) -> Foreseen:
    """Cost: one query."""
    numbers = {number for one in found.moved for number in (one.old, one.new) if number < 2**63}
    names = Campaign.objects.filter(organization_id=organization_id).only("pk", "name", "key").in_bulk(numbers)
    return Foreseen(found, policy, organization_id, names)


def over_days(series: dict[str, dict[date, int]]) -> dict[str, Any]:
    """A chart of every day from the first to the last, of months where those are many. The first series is drawn as what was."""
    days = sorted({day for values in series.values() for day in values})
    spread = (days[-1] - days[0]).days + 1 if days else 0
    by_month = spread > MOST_DAYS
    every = [days[0] + timedelta(days=step) for step in range(spread)]
    labels = list(dict.fromkeys(_label(day, by_month=by_month) for day in every))
    drawn: list[dict[str, Any]] = []
    for name, values in series.items():
        sums = dict.fromkeys(labels, 0)
        for day, number in values.items():
            sums[_label(day, by_month=by_month)] += number
        drawn.append({"name": name, "values": list(sums.values()), "compare": not drawn})
    return {
        "type": "line" if len(labels) > 1 else "bar",
        "axis": "Month" if by_month else "Day",
        "labels": labels,
        "series": drawn,
        "unit": "count",
    }


def _label(day: date, *, by_month: bool) -> str:
    return f"{day:%b %Y}" if by_month else f"{day:%-d %b %Y}"
