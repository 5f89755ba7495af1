"""What a draft would have earned: near the truth, within its interval as often as that says, and silent where nothing is known."""

import random
from math import exp, fsum

import pytest

from apps.analytics.routing.expected import Expected, Sums, Z, estimated, expected
from apps.ingress.event import Event
from apps.ingress.warehouse import upkeep
from apps.ingress.warehouse.reader import Warehouse
from tests.analytics.make import a_click, a_warehouse, stored
from tests.analytics.routing.make import SHOP, STORE, a_country, a_draft, a_rule, all_clicks, to

CAMPAIGN = 5
# One click in four that went to the shop earns 8, every second one that went to the store 1.
SALES = """
INSERT INTO conversions
    (organization_id, conversion_id, change, sign, happened_at, clicked_at, event_id, visitor_id, kind, routed_campaign_id,
     conversions, revenue)
SELECT organization_id, event_id, 1, 1, happened_at, happened_at, event_id, visitor_id, kind, routed_campaign_id, 1,
       if(destination_id = 101, 8, 1)
FROM events WHERE organization_id = {o:UInt32} AND (event_id % 4 = 0 OR destination_id = 102 AND event_id % 2 = 0)
"""


def routed(warehouse: Warehouse, clicks: int, destination_id: int, **fields: object) -> list[Event]:
    given = {
        "routed_campaign_id": CAMPAIGN,
        "routed_version": 1,
        "rule_id": 1,
        "destination_id": destination_id,
        "propensity": 0.5,
    }
    return [a_click(organization=warehouse.organization_id, **{**given, **fields}) for _ in range(clicks)]


def split(warehouse: Warehouse, clicks: int = 800, **fields: object) -> None:
    """As many clicks sent to each of two destinations, by chance, and what they sold."""
    stored(*routed(warehouse, clicks, SHOP, **fields), *routed(warehouse, clicks, STORE, **fields))
    sell(warehouse)


def sell(warehouse: Warehouse) -> None:
    upkeep.change(SALES, {"o": warehouse.organization_id}, name="test", settings={"insert_deduplicate": 0})


def asked(warehouse: Warehouse, *rules: dict[str, object], **changes: object) -> Expected:
    draft = a_draft(*rules, **changes)
    return expected(warehouse, draft, all_clicks(campaign_id=CAMPAIGN), campaign_id=CAMPAIGN)


@pytest.mark.django_db(databases=["default", "clickhouse"])
class TestAsked:
    @pytest.fixture
    def warehouse(self) -> Warehouse:
        return a_warehouse()

    def test_all_to_the_better_destination_earns_what_it_earned_per_click(self, warehouse):
        split(warehouse)

        found = asked(warehouse, a_rule(id=1, to=to(d101=1)))

        assert found.not_enough == ""
        assert float(found.recorded_epc) == pytest.approx((8 / 4 + 1 / 2) / 2, rel=0.01)
        assert float(found.epc.value) == pytest.approx(2, rel=0.01)
        assert found.epc.low < 2 < found.epc.high
        assert float(found.revenue.value) == pytest.approx(1600 * float(found.epc.value), abs=0.01)
        assert (found.clicks.value, found.supported, found.effective_visitors) == (1600, 1.0, pytest.approx(800))

    def test_other_weights_earn_their_mean(self, warehouse):
        split(warehouse)

        found = asked(warehouse, a_rule(id=1, to=to(d101=1, d102=3)))

        assert float(found.epc.value) == pytest.approx(2 / 4 + 0.5 * 3 / 4, rel=0.02)

    def test_the_draft_that_is_in_force_earns_what_was_earned(self, warehouse):
        split(warehouse)

        found = asked(warehouse, a_rule(id=1, to=to(d101=1, d102=1)))

        assert float(found.epc.value) == pytest.approx(float(found.recorded_epc), abs=1e-5)

    def test_rare_choices_stand_for_many(self, warehouse):
        stored(*routed(warehouse, 900, STORE, propensity=0.9), *routed(warehouse, 400, SHOP, propensity=0.1))
        sell(warehouse)

        found = asked(warehouse, a_rule(id=1, to=to(d101=1)))

        assert float(found.epc.value) == pytest.approx(2, rel=0.02)
        assert found.effective_visitors == pytest.approx(400)

    def test_a_destination_that_was_never_chosen_has_no_estimate(self, warehouse):
        split(warehouse)

        found = asked(warehouse, a_rule(id=1, name="All", to=to(d103=1)), destinations=[
            {"id": 103, "name": "New shop", "url": "https://new.example/"}])  # fmt: skip

        assert (found.epc, found.revenue, found.supported) == (None, None, 0.0)
        assert (
            found.not_enough
            == "Not enough data: clicks of “All” were never sent to New shop, which the draft would do."
        )

    def test_a_destination_that_only_others_were_sent_to_has_no_estimate(self, warehouse):
        """Germans always went to the shop, the others to the store: who would buy there nobody knows."""
        stored(*routed(warehouse, 500, SHOP, rule_id=1, propensity=1.0, country="DE"))
        stored(*routed(warehouse, 500, STORE, rule_id=2, propensity=1.0, country="FR"))

        found = asked(warehouse, a_rule(id=3, to=to(d101=1, d102=1)))

        assert found.not_enough.startswith("Not enough data")
        assert found.supported == 0

    def test_a_version_that_could_not_is_stood_for_by_one_that_could(self, warehouse):
        split(warehouse, routed_version=1)
        stored(*routed(warehouse, 400, STORE, routed_version=2, propensity=1.0))

        found = asked(warehouse, a_rule(id=1, to=to(d101=1)))

        assert (found.clicks.value, found.supported) == (2_000, 1.0)
        assert float(found.epc.value) == pytest.approx(2, rel=0.01)

    def test_clicks_while_a_destination_was_full_say_nothing_of_it(self, warehouse):
        stored(*routed(warehouse, 500, STORE, propensity=1.0, capped=(SHOP,)))

        assert "never sent to Shop 101" in asked(warehouse, a_rule(id=1, to=to(d101=1))).not_enough

    def test_few_visitors_are_not_enough(self, warehouse):
        split(warehouse, 30)

        assert asked(warehouse, a_rule(id=1)).not_enough == (
            "Not enough data: what was done is worth 30 visitors for this draft; 100 are needed."
        )

    def test_many_clicks_of_one_visitor_are_one(self, warehouse):
        split(warehouse, visitor_id=7)

        assert "worth one visitor" in asked(warehouse, a_rule(id=1)).not_enough

    def test_few_conversions_are_not_enough(self, warehouse):
        stored(*routed(warehouse, 300, SHOP))

        assert "0 of the clicks converted; 30 are needed" in asked(warehouse, a_rule(id=1)).not_enough

    def test_a_campaign_without_clicks_says_so(self, warehouse):
        assert "routed no click" in asked(warehouse, a_rule(id=1)).not_enough

    def test_rules_of_the_draft_decide_for_whom(self, warehouse):
        stored(*routed(warehouse, 800, SHOP, country="FR"), *routed(warehouse, 800, STORE, country="FR"))
        split(warehouse, country="DE")

        found = asked(warehouse, a_rule(a_country("DE"), id=1, to=to(d101=1)), fallback=to(d102=1))

        assert float(found.epc.value) == pytest.approx((2 + 0.5) / 2, rel=0.1)


def a_world(chance: random.Random) -> tuple[Sums, float]:
    """2,000 clicks of visitors who click once to five times, sent by 0.8 and 0.2, and what all to the second one earns in truth."""
    weights, earnings = [], []
    for _ in range(800):
        is_second = chance.random() < 0.2
        likes = chance.gauss(0, 0.5)
        clicks = chance.randint(1, 5)
        rates = [0.1 * exp(likes) * (2 if is_second else 1) for _ in range(clicks)]
        revenue = fsum(chance.choice((5, 10, 40)) for rate in rates if chance.random() < rate)
        weights.append(clicks / 0.2 if is_second else 0.0)
        earnings.append(revenue / 0.2 if is_second else 0.0)
    pairs = list(zip(weights, earnings, strict=True))
    sums = Sums(
        fsum(weights),
        fsum(earnings),
        fsum(w * w for w in weights),
        fsum(w * e for w, e in pairs),
        fsum(e * e for e in earnings),
    )
    return sums, 0.2 * exp(0.5**2 / 2) * 55 / 3


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    chance = random.Random(20261123)
    worlds = [a_world(chance) for _ in range(300)]

    held = [abs(mean - truth) <= Z * error for sums, truth in worlds for mean, error in (estimated(sums),)]

    assert 0.91 <= sum(held) / len(held) <= 0.985
