"""Every click of a run was decided as its campaign says: its line is read as the store task would, and decided once more."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path

from apps.ingress.enrich import enrich
from apps.ingress.enrich.networks import Networks, built_in
from apps.ingress.enrich.places import load_places
from apps.ingress.enrich.snapshot import Tables, builtin_rows, tables_of
from apps.ingress.event import Event, Reason
from apps.ingress.line import decode
from apps.ingress.plans.caps import NO_CAPS
from apps.ingress.plans.decide import routed
from apps.ingress.plans.plan import Plan
from bench import routing_campaigns, traffic
from bench.result import Invalid

# Of all lines so many are decided once more; each takes 0.2 ms (2026-11-23).
LOOKED_AT = 20_000
PlanOf = Callable[[int], Plan]


@dataclass
class Seen:
    """What was looked at: how often a click of a campaign with so many rules was taken by its rule at that place, 0 for none."""

    plain: int = 0
    places: dict[int, Counter[int]] = field(default_factory=dict)

    def tried(self, rules: int) -> float:
        """How many rules a click was asked about in the mean."""
        places = self.places.get(rules, Counter())
        asked = sum((place or rules) * times for place, times in places.items())
        return asked / max(places.total(), 1)

    def share_taken(self, rules: int) -> float:
        """The share of clicks that a rule took."""
        places = self.places.get(rules, Counter())
        return 1 - places[0] / max(places.total(), 1)


def tables_at(geo: Path) -> Tables:
    """Those that ingress enriches with: as built in, and the places of these files."""
    return tables_of(builtin_rows(), places=load_places(str(geo)), networks=Networks(built_in()))


def check(spool: Path, tables: Tables, *, version: int, seen: Seen) -> None:
    """Raises Invalid when a click was not redirected, or other than its campaign says. What was looked at is added to `seen`."""
    plan_of = cache(lambda number: Plan.read(number, unit_of(number, version)))
    count = sum(data.count(b"\n") for data in _segments(spool))
    if not count:
        raise Invalid(f"no click was kept in {spool.name}")
    step = max(count // LOOKED_AT, 1)
    for line in islice(_lines(spool), 0, None, step):
        _note(seen, check_line(line, tables, plan_of))


def unit_of(number: int, version: int) -> routing_campaigns.Document:
    """What the campaign's unit is when this version of it is in force."""
    return {
        "organization_id": traffic.ORGANIZATION_ID,
        "key": routing_campaigns.key_of(number),
        "version": version,
        "status": "active",
        "document": routing_campaigns.document(number, routing_campaigns.rules_of(number), version=version),
    }


def check_line(line: bytes, tables: Tables, plan_of: PlanOf) -> Event:
    """The event of the line, decided as it should be. Raises Invalid."""
    event = enrich(decode(line), tables)
    if event.routed_campaign_id:
        _check_campaign(event, plan_of(event.routed_campaign_id))
    elif event.reason != Reason.LINK or event.status != 302:
        raise Invalid(f"a click on a plain link was not sent on: {line[:200]!r}")
    return event


def _check_campaign(event: Event, plan: Plan) -> None:
    now_ms = round(event.happened_at.timestamp() * 1000)
    expected = routed(plan, event, now_ms, NO_CAPS)
    should = (plan.version, expected.rule_id, expected.destination_id, expected.propensity, expected.reason)
    did = (event.routed_version, event.rule_id, event.destination_id, event.propensity, event.reason)
    if did != should:
        raise Invalid(f"click {event.event_id} on campaign {plan.campaign_id} was decided {did} and should be {should}")
    begins = routing_campaigns.address_begins(plan.campaign_id, event.destination_id, version=plan.version)
    if not event.destination.startswith(begins):
        raise Invalid(f"click {event.event_id} was sent to {event.destination}, which should begin {begins}")


def _note(seen: Seen, event: Event) -> None:
    if not event.routed_campaign_id:
        seen.plain += 1
        return
    place = event.rule_id - routing_campaigns.FIRST_RULE + 1 if event.rule_id else 0
    rules = routing_campaigns.rules_of(event.routed_campaign_id)
    seen.places.setdefault(rules, Counter())[place] += 1


def _segments(spool: Path) -> Iterator[bytes]:
    return (segment.read_bytes() for segment in sorted(spool.glob("w*/*.*")))


def _lines(spool: Path) -> Iterator[bytes]:
    for data in _segments(spool):
        yield from data.splitlines(keepends=True)
