"""Where clicks would have gone under a draft: as the trace of each of them says."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.analytics.routing.draft import Draft
from apps.analytics.routing.dry_run import CAPS, Both, dry_run
from apps.analytics.routing.sample import Count
from apps.analytics.span import Span
from apps.ingress.event import Event
from apps.ingress.plans.plan import Plan
from apps.ingress.plans.trace import trace
from apps.ingress.rules import BadRule, parse
from apps.ingress.rules.fields import FIELDS
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import NOON, a_bot, a_click, a_warehouse, stored
from tests.analytics.routing.make import (
    SHOP,
    STORE,
    UTC,
    a_country,
    a_destination,
    a_document,
    a_draft,
    a_rule,
    all_clicks,
    to,
)
from tests.ingress.rules.strategies import documents, events

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

CAMPAIGN = 5
EVERYWHEN = Span(NOON - timedelta(days=365 * 37), NOON + timedelta(days=365 * 200), UTC, "ever")


@pytest.fixture
def warehouse() -> Warehouse:
    return a_warehouse()


def routed(warehouse: Warehouse, **fields: object) -> Event:
    given = {"routed_campaign_id": CAMPAIGN, "reason": "rule", "rule_id": 1, "destination_id": SHOP, "propensity": 1.0}
    [event] = stored(a_click(organization=warehouse.organization_id, **{**given, **fields}))
    return event


def test_clicks_flow_from_where_they_went_to_where_the_draft_sends_them(warehouse):
    for country in ("DE", "DE", "FR"):
        routed(warehouse, country=country)
    draft = a_draft(a_rule(a_country("DE"), id=1), a_rule(id=2, to=to(d102=1)))

    found = dry_run(warehouse, draft, all_clicks(campaign_id=CAMPAIGN), campaign_id=CAMPAIGN)

    assert found.rules == {1: Both(Count(3), Count(2)), 2: Both(Count(0), Count(1))}
    assert found.destinations == {SHOP: Both(Count(3), Count(2)), STORE: Both(Count(0), Count(1))}
    assert (found.clicks, found.moved, found.share_read) == (Count(3), Count(1), 1.0)
    largest = found.flows[0]
    assert (largest.now.destination_id, largest.then.destination_id, largest.clicks) == (SHOP, SHOP, Count(2))


def test_a_new_campaign_s_clicks_come_from_its_links(warehouse):
    stored(
        a_click(organization=warehouse.organization_id, link_key="winter"),
        a_bot(organization=warehouse.organization_id),
    )

    found = dry_run(
        warehouse, a_draft(a_rule(id=1)), all_clicks(campaign_id=CAMPAIGN, link_keys=("winter",)), campaign_id=CAMPAIGN
    )

    [flow] = found.flows
    assert (flow.now.is_elsewhere, flow.now.reason, flow.now.rule_id) == (True, "link", 0)
    assert (flow.then.reason, flow.then.rule_id, flow.then.destination_id) == ("rule", 1, SHOP)
    assert found.moved == Count(1)


def test_what_no_rule_takes_goes_to_the_fallback_or_nowhere(warehouse):
    routed(warehouse, country="IT")
    clicks = all_clicks(campaign_id=CAMPAIGN)

    with_one = dry_run(warehouse, a_draft(a_rule(a_country("DE"))), clicks, campaign_id=CAMPAIGN)
    without = dry_run(warehouse, a_draft(a_rule(a_country("DE")), fallback=[]), clicks, campaign_id=CAMPAIGN)

    assert [(flow.then.reason, flow.then.destination_id) for flow in with_one.flows] == [("fallback", STORE)]
    assert [(flow.then.reason, flow.then.destination_id) for flow in without.flows] == [("no_destination", 0)]


def test_clicks_outside_the_draft_s_dates_are_said_to_be(warehouse):
    routed(warehouse)

    found = dry_run(warehouse, a_draft(a_rule(), starts_at="2026-12-01T00:00:00Z"), all_clicks(), campaign_id=CAMPAIGN)

    assert [flow.then.reason for flow in found.flows] == ["out_of_dates"]


def test_a_schedule_is_asked_at_the_click_s_own_time(warehouse):
    routed(warehouse, happened_at=NOON - timedelta(milliseconds=1))
    routed(warehouse, happened_at=NOON)
    morning = a_rule(id=1, ends_at="2026-11-22T12:00:00Z")

    found = dry_run(warehouse, a_draft(morning, a_rule(id=2)), all_clicks(), campaign_id=CAMPAIGN)

    assert [found.rules[1].then, found.rules[2].then] == [Count(1), Count(1)]


def test_destinations_of_an_older_version_are_counted_under_their_number(warehouse):
    routed(warehouse, destination_id=77, rule_id=66)

    found = dry_run(warehouse, a_draft(a_rule(id=1)), all_clicks(), campaign_id=CAMPAIGN)

    assert (found.destinations[77].now, found.rules[66].now) == (Count(1), Count(1))


def test_caps_are_not_replayed_and_that_is_said(warehouse):
    capped = a_rule(caps=[{"of": "clicks", "per": "day", "limit": 1}])

    assert CAPS in dry_run(warehouse, a_draft(capped), all_clicks(), campaign_id=CAMPAIGN).notes
    assert CAPS not in dry_run(warehouse, a_draft(a_rule()), all_clicks(), campaign_id=CAMPAIGN).notes


def test_an_organization_without_clicks_has_empty_flows(warehouse):
    found = dry_run(warehouse, a_draft(a_rule(id=1)), all_clicks(), campaign_id=CAMPAIGN)

    assert (found.flows, found.clicks, found.rules) == ((), Count(0), {1: Both(Count(0), Count(0))})


def test_many_rows_are_sampled(warehouse):
    start = NOON - timedelta(days=1)
    moments = [start + timedelta(seconds=each * 8.64) for each in range(20_000)]
    stored(*(a_click(at, organization=warehouse.organization_id, routed_campaign_id=CAMPAIGN) for at in moments))
    draft = a_draft(a_rule(id=1, to=to(d101=7, d102=3)))

    found = dry_run(warehouse, draft, all_clicks(), campaign_id=CAMPAIGN, rows_max=4_000)

    shop = found.destinations[SHOP].then
    assert found.share_read < 0.3
    assert abs(shop.value - 14_000) <= shop.error + 400


CHOICES = st.dictionaries(st.sampled_from([101, 102, 103]), st.integers(1, 9), max_size=3).map(
    lambda weights: [{"destination": number, "weight": weight} for number, weight in weights.items()]
)
MOMENTS = st.none() | st.sampled_from(["1999-01-01T00:00:00Z", "2026-11-22T12:00:00Z", "2050-01-01T00:00:00Z"])
LATER = {
    "landing_page",
    "destination",
    "status",
    "reason",
    "routed_campaign_id",
    "routed_version",
    "rule_id",
    "destination_id",
}


def campaigns() -> st.SearchStrategy[dict[str, object]]:
    rules = st.lists(st.tuples(documents(2), st.booleans(), MOMENTS, MOMENTS, CHOICES), max_size=6)
    flags, sticky = st.tuples(st.booleans(), st.booleans(), st.booleans()), st.sampled_from(["visitor", "address"])
    return st.tuples(rules, flags, sticky, CHOICES, MOMENTS).map(lambda drawn: _document(*drawn))


def _document(rules, paused, sticky, fallback, ends_at):
    taken = [
        a_rule(when, id=number, paused=is_paused and number % 2 == 0, starts_at=starts, ends_at=ends, to=shares)
        for number, (when, is_paused, starts, ends, shares) in enumerate(rules, start=1)
        if _may_route(when)
    ]
    destinations = [a_destination(101 + place, paused=is_paused) for place, is_paused in enumerate(paused)]
    return a_document(*taken, destinations=destinations, sticky=sticky, fallback=fallback, ends_at=ends_at)


def _may_route(document: object) -> bool:
    try:
        parse(document)
    except BadRule:
        return False
    return not any(f"'{name}'" in str(document) for name in LATER)


class Traffic:
    """No dataclass: hypothesis would write all of it for every document it fails with."""

    def __init__(self, warehouse: Warehouse, clicks: list[Event]) -> None:
        self.warehouse = warehouse
        self.clicks = clicks


@pytest.fixture(scope="module")
def traffic(django_db_setup: None, django_db_blocker) -> Traffic:
    """Different clicks of one organization; each says by its recorded rule which it is."""
    found: list[Event] = []

    @settings(max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(event=events())
    def collect(event: Event) -> None:
        found.append(event)

    collect()
    warehouse = a_warehouse()
    own = {
        "organization_id": warehouse.organization_id,
        "kind": "human",
        "routed_campaign_id": CAMPAIGN,
        "reason": "rule",
    }
    marked = [
        event._replace(**own, rule_id=number, destination_id=1, capped=(), event_id=event.event_id % 2**62 + number)
        for number, event in enumerate(found, start=1000)
    ]
    with django_db_blocker.unblock():
        return Traffic(warehouse, stored(*marked))


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(document=campaigns())
def test_clickhouse_decides_every_click_as_the_trace_does(traffic, document):
    unit = {"organization_id": 7, "key": "k", "version": 1, "status": "active", "document": document}
    plan = Plan.read(CAMPAIGN, unit)

    found = dry_run(traffic.warehouse, Draft.read(document), all_clicks(span=EVERYWHEN), campaign_id=CAMPAIGN)

    traces = {event.rule_id: trace(plan, event) for event in traffic.clicks}
    expected = {number: (one.reason, one.rule_id, one.destination_id) for number, one in traces.items()}
    said = {flow.now.rule_id: (flow.then.reason, flow.then.rule_id, flow.then.destination_id) for flow in found.flows}
    assert sorted(set(said.items()) ^ set(expected.items()))[:3] == []
    assert Counter(flow.clicks.value for flow in found.flows) == {1: len(traffic.clicks)}


def test_the_fields_that_are_decided_later_are_the_ones_left_out():
    assert set(FIELDS) >= LATER
