"""What is said of a draft that will not do what was meant."""

from datetime import timedelta

import pytest

from apps.analytics.routing.findings import PROVED, Code, Severity, findings
from apps.analytics.routing.overlap import overlap
from tests.analytics.make import NOON, a_click, a_warehouse, stored
from tests.analytics.routing.make import SHOP, STORE, a_country, a_destination, a_draft, a_rule, a_term, all_clicks, to

DE, FR, DE_FR = a_country("DE"), a_country("FR"), a_country("DE", "FR")
BEFORE, LATER = "2026-11-01T00:00:00Z", "2026-12-24T00:00:00Z"
BOTH = to(d101=1, d102=1)


def proved(*rules, **changes):
    """What can be said without any clicks."""
    return findings(a_draft(*rules, **changes), None, now=NOON)


def codes(*rules, **changes):
    return [(each.code, each.rule_ids) for each in proved(*rules, **changes)]


def test_a_sound_draft_has_nothing_to_say():
    assert codes(a_rule(DE, id=1), a_rule(FR, id=2, to=BOTH)) == []


def test_a_rule_that_contradicts_itself_is_named_with_the_two_conditions():
    [found] = proved(a_rule({"all": [DE, FR]}, id=1, name="Both"))

    assert (found.code, found.severity, found.evidence) == (Code.CONTRADICTION, Severity.ERROR, PROVED)
    assert found.sentence == "“Both” can never match: country is Germany and country is France cannot both hold."


def test_a_rule_behind_everything_is_never_reached():
    [found] = proved(a_rule(id=1, name="All"), a_rule(DE, id=2, name="Germans"))

    assert (found.code, found.rule_ids) == (Code.UNREACHABLE, (2, 1))
    assert found.sentence == "“Germans” is never reached: “All” comes before it and holds for every click."


@pytest.mark.parametrize("second", [DE, {"all": [DE, a_term("device_type", "is", "phone")]}])
def test_a_rule_behind_a_wider_one_is_never_reached(second):
    assert codes(a_rule(DE_FR, id=1), a_rule(second, id=2)) == [(Code.UNREACHABLE, (2, 1))]


def test_a_rule_behind_several_that_take_all_of_it_is_never_reached():
    assert codes(a_rule(DE, id=1), a_rule(FR, id=2), a_rule(DE_FR, id=3)) == [(Code.UNREACHABLE, (3, 1, 2))]


@pytest.mark.parametrize(
    "earlier",
    [
        {"paused": True},
        {"caps": [{"of": "clicks", "per": "day", "limit": 9}]},
        {"ends_at": LATER},
        {"starts_at": LATER},
    ],
)
def test_an_earlier_rule_that_does_not_always_take_hides_nothing(earlier):
    found = codes(a_rule(DE_FR, id=1, **earlier), a_rule(DE, id=2))

    assert Code.UNREACHABLE not in dict(found)


def test_a_rule_without_an_open_destination_leaves_its_clicks_to_the_fallback():
    destinations = [a_destination(SHOP), a_destination(STORE), a_destination(103, paused=True)]

    found = codes(a_rule(DE, id=1, to=[]), a_rule(FR, id=2, to=to(d103=1)), destinations=destinations)

    assert found[:2] == [(Code.NO_DESTINATION, (1,)), (Code.NO_DESTINATION, (2,))]


def test_weight_of_a_paused_destination_is_said():
    destinations = [a_destination(SHOP), a_destination(STORE, name="Store", paused=True), a_destination(103)]

    found = proved(a_rule(DE, id=1, to=BOTH), destinations=destinations, fallback=to(d103=1))

    assert [(each.code, "Store" in each.sentence) for each in found] == [(Code.PAUSED_DESTINATION, True)]


def test_dates_in_the_past_and_in_the_future_are_said():
    found = codes(a_rule(DE, id=1, ends_at=BEFORE), a_rule(FR, id=2, starts_at=LATER), ends_at=BEFORE)

    assert found == [(Code.OVER, (1,)), (Code.NOT_BEGUN, (2,)), (Code.OVER, ())]


def test_a_campaign_without_fallback_is_said_unless_a_rule_takes_everything():
    assert codes(a_rule(DE), fallback=[], destinations=[a_destination(SHOP)]) == [(Code.NO_FALLBACK, ())]
    assert codes(a_rule(), fallback=[], destinations=[a_destination(SHOP)]) == []


def test_a_destination_nothing_leads_to_is_said():
    assert codes(a_rule(DE), fallback=[], destinations=[a_destination(SHOP), a_destination(9)])[1:] == [
        (Code.UNUSED_DESTINATION, ())
    ]


def test_a_paused_rule_is_left_alone():
    assert codes(a_rule({"all": [DE, FR]}, paused=True)) == []


@pytest.mark.django_db(databases=["default", "clickhouse"])
class TestWithClicks:
    def said(self, *rules, clicks):
        warehouse = a_warehouse()
        stored(*(a_click(organization=warehouse.organization_id, **fields) for fields in clicks))
        draft = a_draft(*rules)
        return findings(draft, overlap(warehouse, draft, all_clicks(), now=NOON), now=NOON)

    def test_a_rule_that_matched_none_of_many_clicks_is_doubted(self):
        [found] = self.said(a_rule(FR, id=1), clicks=[{"country": "DE"}] * 300)

        assert (found.code, found.severity) == (Code.NEVER_MATCHES, Severity.WARNING)
        assert found.evidence == "It matches 0 of 300 clicks of people and gets 0."

    def test_few_clicks_prove_nothing(self):
        assert self.said(a_rule(FR), clicks=[{"country": "DE"}] * 20) == []

    def test_a_rule_whose_clicks_were_all_taken_is_doubted(self):
        phones = a_rule(a_term("device_type", "is", "phone"), id=2, name="Phones")

        [found] = self.said(
            a_rule(DE, id=1, name="Germans"), phones, clicks=[{"country": "DE", "device_type": "phone"}] * 3
        )

        assert (found.code, found.rule_ids) == (Code.UNREACHABLE, (2, 1))
        assert found.sentence == "“Phones” gets no click: “Germans” took all 3 it matches."

    def test_rules_that_share_clicks_are_noted_with_how_much(self):
        phones = a_rule(a_term("device_type", "is", "phone"), id=2, name="Phones")
        shared, own = {"country": "DE", "device_type": "phone"}, {"country": "FR", "device_type": "phone"}

        [found] = self.said(a_rule(DE, id=1, name="Germans"), phones, clicks=[shared, own, own, own])

        assert (found.code, found.severity) == (Code.OVERLAPPING, Severity.NOTE)
        assert found.sentence == "“Germans” took 25% of the clicks that “Phones” matches."

    def test_what_no_rule_takes_is_counted_where_there_is_no_fallback(self):
        warehouse, draft = a_warehouse(), a_draft(a_rule(DE), fallback=[], destinations=[a_destination(SHOP)])
        stored(*(a_click(organization=warehouse.organization_id, country=country) for country in ("DE", "FR", "FR")))

        found = findings(draft, overlap(warehouse, draft, all_clicks(), now=NOON), now=NOON + timedelta(hours=1))

        assert "That was 2 of 3 clicks." in found[0].sentence
