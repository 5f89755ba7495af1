"""Pages and panels that explain routing: reach, findings, values, traces, dry runs, what rules earn."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.campaigns import editing
from apps.campaigns.builder.parts import RulePart
from apps.campaigns.models import Campaign
from tests.accounts import make
from tests.analytics.make import a_click, stored
from tests.analytics.routing_clicks import HTMX, clicked, panel, post
from tests.campaigns.make import a_campaign, a_rule

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
PANELS = ["rule-findings", "routing-test", "dry-run", "effectiveness"]


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", live=True)


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_says_something_before_there_is_a_click(page: Client, spring: Campaign, name: str) -> None:
    assert panel(page, name)


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_says_something_of_clicks(page: Client, spring: Campaign, name: str) -> None:
    clicked(spring, 3)

    assert panel(page, name)


# Reach


def a_condition(campaign: Campaign, **changes: str) -> dict[str, str]:
    return {**dict(RulePart.of(campaign.draft, 4).pairs()), **changes}


def test_a_condition_is_counted_while_it_is_typed(page: Client, spring: Campaign) -> None:
    clicked(spring, 3)
    clicked(spring, 1, country="FR")

    said = post(page, "rule-reach", a_condition(spring))

    assert "<strong>3</strong> of 4 clicks of people in the last 7 days, 75%" in said
    assert "asked at" in said


def test_which_traffic_is_a_campaigns_is_counted_of_everything(page: Client, spring: Campaign) -> None:
    clicked(spring, 3)
    elsewhere = {"routed_campaign_id": 0, "link_key": "other", "country": "DE", "device_type": "phone"}
    clicked(spring, 2, **elsewhere)

    said = post(page, "rule-reach", a_condition(spring, by="rule"))

    assert "<strong>5</strong> of 5 clicks of people in the last 7 days" in said


def test_a_condition_that_is_none_yet_says_what_is_missing(page: Client, spring: Campaign) -> None:
    assert "Not counted yet: Empty means absent" in post(
        page, "rule-reach", a_condition(spring, **{"when.0.value": ""})
    )


def test_without_clicks_there_is_nothing_to_count(page: Client, spring: Campaign) -> None:
    assert "had no clicks of people" in post(page, "rule-reach", a_condition(spring))


@pytest.mark.usefixtures("clickhouse_is_down")
def test_a_count_that_cannot_be_had_is_said(page: Client, spring: Campaign) -> None:
    assert "Clicks cannot be counted right now" in post(page, "rule-reach", a_condition(spring))


# Findings


def test_a_rule_that_is_never_reached_is_named_with_its_proof(page: Client, spring: Campaign) -> None:
    clicked(spring, 2)
    rules = [a_rule(4, "Everybody"), a_rule(5, "Germans", {"field": "country", "op": "is", "value": "DE"})]
    editing.save_draft(spring.pk, {**spring.draft, "rules": rules, "next_id": 6}, seen=1, user=None)

    said = panel(page, "rule-findings")

    assert "“Germans” is never reached" in said
    assert "Matches 2 of 2 clicks of the last 7 days, gets 0" in said


@pytest.mark.usefixtures("clickhouse_is_down")
def test_what_can_be_proved_is_said_without_clickhouse(page: Client, spring: Campaign) -> None:
    rules = [a_rule(4, "Everybody"), a_rule(5, "Germans", {"field": "country", "op": "is", "value": "DE"})]
    editing.save_draft(spring.pk, {**spring.draft, "rules": rules, "next_id": 6}, seen=1, user=None)

    said = panel(page, "rule-findings")

    assert "“Germans” is never reached" in said
    assert "Clicks cannot be counted right now" in said


# Values


def test_values_that_were_stored_are_offered(page: Client, spring: Campaign) -> None:
    clicked(spring, 2)
    query = {"name": "when.0", "when.0.field": "country", "when.0.op": "in", "when.0.more": "d"}

    said = unescape(page.get("/reports/rule-values", query, headers=HTMX).content.decode())

    assert '<datalist id="when.0-values"><option value="DE">Germany</option>' in said


@pytest.mark.parametrize(
    ("field", "typed", "offered"),
    [
        ("city", "mü", [("München", "München, BY, DE")]),
        ("region", "", [("BY", "BY, DE"), ("TX", "TX, US")]),
        ("region_name", "bav", [("Bavaria", "Bavaria, DE")]),
    ],
)
def test_places_are_offered_with_where_they_are(
    page: Client, spring: Campaign, field: str, typed: str, offered: list[tuple[str, str]]
) -> None:
    clicked(spring, 2, country="DE", region="BY", region_name="Bavaria", city="München")
    clicked(spring, 1, country="US", region="TX", region_name="Texas", city="")
    query = {"name": "when.0", "when.0.field": field, "when.0.op": "in", "when.0.more": typed}

    said = unescape(page.get("/reports/rule-values", query, headers=HTMX).content.decode())

    assert re.findall('<option value="(.*?)">(.*?)</option>', said) == offered


@pytest.mark.parametrize("name", ["", "x", "when<script>", "when.0"])
def test_values_of_nothing_are_none(page: Client, spring: Campaign, name: str) -> None:
    said = page.get("/reports/rule-values", {"name": name}, headers=HTMX).content.decode()

    assert "<option" not in said
    assert "<script" not in said


# Traces


def test_the_page_of_a_click_says_which_version_decided_and_why(page: Client, spring: Campaign) -> None:
    event = clicked(spring)[0]

    whole = page.get(f"/events/{event.event_id}").content.decode()
    said = unescape(page.get(f"/events/{event.event_id}/trace", headers=HTMX).content.decode())

    assert f'hx-get="/events/{event.event_id}/trace"' in whole
    assert "Spring, version 1" in said
    assert "Holds: </span> country is Germany" in said
    assert "it has <bdi>DE</bdi>" in said


def test_a_click_that_no_campaign_decided_says_so(page: Client, alice: Membership) -> None:
    event = stored(a_click(timezone.now() - timedelta(minutes=5), organization=alice.organization_id))[0]

    assert "No campaign decided" in page.get(f"/events/{event.event_id}/trace", headers=HTMX).content.decode()


def test_a_click_that_would_be_decided_otherwise_now_says_so(page: Client, spring: Campaign) -> None:
    event = clicked(spring, country="FR")[0]

    said = unescape(page.get(f"/events/{event.event_id}/trace", headers=HTMX).content.decode())

    assert "By what is known of this click now it comes to something else" in said


def test_a_version_that_is_gone_is_said(page: Client, spring: Campaign) -> None:
    event = clicked(spring, routed_version=9)[0]

    assert "is not there any more" in page.get(f"/events/{event.event_id}/trace", headers=HTMX).content.decode()


def test_a_trace_of_an_event_that_never_was_is_not_there(page: Client, alice: Membership) -> None:
    assert [page.get(f"/events/{number}/trace").status_code for number in (1, 2**63, 2**70)] == [404, 404, 404]


# Dry run and what rules earn


def test_a_dry_run_says_now_and_then_of_each_destination(page: Client, spring: Campaign) -> None:
    clicked(spring, 4)
    editing.save_draft(spring.pk, {**spring.draft, "rules": []}, seen=1, user=None)

    said = panel(page, "dry-run")

    assert "<strong>4</strong> of 4 clicks of people would have gone elsewhere" in said
    assert "Shop DE, by German phones (not in the draft)" in said
    assert "Shop World, by the fallback" in said


def test_a_dry_run_says_what_it_leaves_out(page: Client, spring: Campaign) -> None:
    clicked(spring, 1)
    caps = [{"of": "clicks", "per": "day", "limit": 1}]
    rules = [{**spring.draft["rules"][0], "caps": caps}]
    editing.save_draft(spring.pk, {**spring.draft, "rules": rules}, seen=1, user=None)

    assert "Caps are not replayed" in panel(page, "dry-run")


def test_what_cannot_be_said_honestly_is_not_enough_data(page: Client, spring: Campaign) -> None:
    spring.organization.money_since = timezone.now()
    spring.organization.save()
    clicked(spring, 3)

    assert "Not enough data" in panel(page, "dry-run")


def test_each_rule_and_destination_has_its_clicks_and_its_rate(page: Client, spring: Campaign) -> None:
    clicked(spring, 3)
    clicked(spring, 2, rule_id=0, destination_id=1, reason="fallback")

    said = panel(page, "effectiveness")

    rows = [row for row in said.split("<tr>") if '<th scope="row"' in row]
    assert [
        name in row and f">{clicks}<" in row
        for row, name, clicks in zip(rows, ("No rule", "German phones"), (2, 3), strict=False)
    ] == [True, True]


def test_versions_stand_apart_when_asked_for(page: Client, spring: Campaign) -> None:
    clicked(spring, 1)
    clicked(spring, 2, routed_version=2)

    said = panel(page, "effectiveness", versions="1")

    assert '<th scope="col">Version</th>' in said
    assert "All versions together" in said


# Who may


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_that_cannot_be_had_says_so(
    page: Client, spring: Campaign, clickhouse_is_down: None, name: str
) -> None:
    assert panel(page, name)


@pytest.mark.parametrize("name", ["rule-findings", "routing-test", "dry-run", "effectiveness"])
def test_charlie_gets_no_panel_of_acme(client: Client, spring: Campaign, name: str) -> None:
    make.signed_in(client, make.charlie())

    assert client.get(f"/reports/campaigns/spring/{name}").status_code == 404


@pytest.mark.parametrize("name", ["rule-reach", "macro-preview"])
def test_a_viewer_types_no_rules(client: Client, spring: Campaign, name: str) -> None:
    make.signed_in(client, make.bob(Role.VIEWER))

    assert client.post(f"/reports/campaigns/spring/{name}").status_code == 403


def test_the_frame_of_the_dry_run_carries_its_days(page: Client, spring: Campaign) -> None:
    assert (
        "/reports/campaigns/spring/dry-run?span=30d" in page.get("/campaigns/spring/dry-run?span=30d").content.decode()
    )
