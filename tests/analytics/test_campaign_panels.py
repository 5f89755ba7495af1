"""Numbers of campaigns: the list's cells, the cards of one, two side by side, its conversions and the test click."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from tests.accounts import make
from tests.analytics.make import a_bot, a_click, stored
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
HTMX = {"HX-Request": "true"}
PANELS = ["", "/totals", "/by/destinations", "/by/places", "/by/devices", "/by/sources", "/conversions", "/test-click"]


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", live=True)


@pytest.fixture
def autumn(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "autumn", name="Autumn", live=True)


def clicked(campaign: Campaign, times: int = 1, *, happened_at: datetime | None = None, **fields: object) -> None:
    given = {
        "routed_campaign_id": campaign.pk,
        "routed_version": 1,
        "destination_id": 1,
        "link_key": campaign.key,
        **fields,
    }
    at = happened_at or timezone.now() - timedelta(minutes=1)
    stored(*(a_click(at, organization=campaign.organization_id, **given) for _ in range(times)))


def panel(page: Client, path: str) -> str:
    answer = page.get(f"/reports/{path}", headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


# The list


def test_each_campaign_gets_the_clicks_it_routed(page: Client, spring: Campaign, autumn: Campaign) -> None:
    clicked(spring, 3)
    clicked(autumn, 2)

    lines = page.get("/reports/campaign-numbers?key=spring&key=autumn", headers=HTMX).context["lines"]

    assert {campaign.key: numbers.clicks for campaign, numbers in lines} == {"spring": 3, "autumn": 2}


def test_people_alone_are_counted_until_all_kinds_are_asked_for(page: Client, spring: Campaign) -> None:
    clicked(spring)
    stored(
        a_bot(timezone.now() - timedelta(minutes=1), organization=spring.organization_id, routed_campaign_id=spring.pk)
    )

    counts = [
        page.get(f"/reports/campaign-numbers?key=spring&kinds={kinds}", headers=HTMX).context["lines"][0][1].clicks
        for kinds in ("people", "all")
    ]

    assert counts == [1, 2]


def test_the_sparkline_has_a_point_for_each_day(page: Client, spring: Campaign) -> None:
    clicked(spring, 2)
    clicked(spring, 1, happened_at=timezone.now() - timedelta(days=1))

    [(_, numbers)] = page.get("/reports/campaign-numbers?key=spring&span=7d", headers=HTMX).context["lines"]

    assert numbers.points[-2:] == (1, 2)
    assert len(numbers.points) == 7


def test_every_number_is_on_its_way_into_its_own_cell(page: Client, spring: Campaign) -> None:
    part = panel(page, "campaign-numbers?key=spring")

    assert part.strip().startswith('<div id="campaign-numbers">')
    assert part.count('hx-swap-oob="true"') == 4
    assert 'id="roi-spring"' in part


def test_without_javascript_the_numbers_are_a_table(page: Client, spring: Campaign) -> None:
    answer = page.get("/reports/campaign-numbers?key=spring").content.decode()

    assert "<html" in answer
    assert 'href="/campaigns/spring"' in answer


def test_a_campaign_of_somebody_else_has_no_numbers_here(page: Client, spring: Campaign) -> None:
    a_campaign(make.charlie().organization, "theirs", name="Theirs")

    lines = page.get("/reports/campaign-numbers?key=theirs&key=nobodys", headers=HTMX).context["lines"]

    assert lines == []


# One campaign


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_answers_before_anything_happened(page: Client, spring: Campaign, name: str) -> None:
    assert panel(page, f"campaigns/spring{name}")


@pytest.mark.parametrize("name", [*PANELS, "/comparison?with=spring"])
def test_charlie_gets_no_panel_of_alices(client: Client, spring: Campaign, name: str) -> None:
    make.signed_in(client, make.charlie())

    assert client.get(f"/reports/campaigns/spring{name}").status_code == 404


@pytest.mark.usefixtures("clickhouse_is_down")
@pytest.mark.parametrize("name", ["/totals", "/by/places", "/conversions", "/comparison?with=spring", "/test-click"])
def test_a_panel_says_that_clickhouse_is_away(page: Client, spring: Campaign, name: str) -> None:
    assert "ClickHouse does not answer" in panel(page, f"campaigns/spring{name}")


@pytest.mark.usefixtures("clickhouse_is_down")
def test_the_list_says_that_its_numbers_are_away(page: Client, spring: Campaign) -> None:
    part = panel(page, "campaign-numbers?key=spring")

    assert "ClickHouse does not answer" in part
    assert "Retry" in part


def test_totals_are_of_this_campaign_alone(page: Client, spring: Campaign, autumn: Campaign) -> None:
    clicked(spring, 2, country="DE")
    clicked(spring, 1, country="AT")
    clicked(autumn, 5)

    def clicks(query: str = "") -> object:
        kpis = page.get(f"/reports/campaigns/spring/totals?{query}", headers=HTMX).context["kpis"]
        return {kpi.metric: kpi.value for kpi in kpis}["clicks"]

    assert (clicks(), clicks("country=DE")) == (3, 2)


def test_destinations_and_rules_have_the_names_people_gave_them(page: Client, spring: Campaign) -> None:
    clicked(spring, 2, destination_id=2, rule_id=4)
    clicked(spring, 1, destination_id=99, rule_id=0)

    by_destination = panel(page, "campaigns/spring/by/destinations")
    by_rule = panel(page, "campaigns/spring/by/destinations?tab=rule")

    assert "Shop DE" in by_destination
    assert "Destination 99, removed" in by_destination
    assert "German phones" in by_rule
    assert "No rule" in by_rule


def test_a_row_of_a_card_narrows_the_campaigns_own_page(page: Client, spring: Campaign) -> None:
    clicked(spring, country="DE")

    assert 'href="/campaigns/spring?' in panel(page, "campaigns/spring/by/places")


def test_a_card_is_a_file_too(page: Client, spring: Campaign) -> None:
    clicked(spring, 2, country="DE")

    lines = page.get("/reports/campaigns/spring/by/places?format=csv").content.decode().splitlines()

    assert any(line.startswith("Germany,2") for line in lines)


def test_a_card_there_is_not_is_not_found(page: Client, spring: Campaign) -> None:
    assert page.get("/reports/campaigns/spring/by/nonsense").status_code == 404


@pytest.mark.parametrize("query", ["span=century", "from=x", "metric=nonsense", "kinds=ghosts"])
def test_what_cannot_be_read_is_said_and_something_true_is_drawn(page: Client, spring: Campaign, query: str) -> None:
    assert "has its default" in panel(page, f"campaigns/spring?{query}")


# Two side by side


def test_two_campaigns_stand_beside_one_another(page: Client, spring: Campaign, autumn: Campaign) -> None:
    clicked(spring, 2)
    clicked(autumn, 5)

    context = page.get("/reports/campaigns/spring/comparison?with=autumn", headers=HTMX).context

    clicks = next(figure for figure in context["figures"] if figure.label == "Clicks")
    assert (clicks.values, clicks.difference) == ((2, 5), 1.5)
    assert {series["name"] for series in context["chart"]["series"]} == {"Spring", "Autumn"}


# The test click


def test_until_a_click_is_stored_the_test_goes_on_asking(page: Client, spring: Campaign) -> None:
    assert 'hx-trigger="poll from:body"' in panel(page, "campaigns/spring/test-click")


def test_the_test_click_says_where_it_went_and_why(page: Client, spring: Campaign) -> None:
    clicked(
        spring, rule_id=4, destination_id=2, reason="rule", propensity=0.7, country="DE", happened_at=timezone.now()
    )

    part = panel(page, "campaigns/spring/test-click")

    assert "Sent to Shop DE" in part
    assert "Because the rule “German phones” holds" in part
    assert "70% of such visitors" in part
    assert "poll" not in part


def test_clicks_of_an_earlier_version_are_not_the_test_click(page: Client, spring: Campaign) -> None:
    clicked(spring, happened_at=timezone.now() - timedelta(hours=1))

    assert "Waiting for the first click" in panel(page, "campaigns/spring/test-click")


def test_before_anything_is_published_nothing_is_waited_for_in_clickhouse(page: Client, alice: Membership) -> None:
    draft = editing.new_campaign(alice.organization, alice.user, "Draft", key="draft")

    assert "Waiting for the first click" in panel(page, f"campaigns/{draft.key}/test-click")


@pytest.mark.usefixtures("clickhouse_is_down")
def test_the_test_goes_on_asking_while_clickhouse_is_away(page: Client, spring: Campaign) -> None:
    part = panel(page, "campaigns/spring/test-click")

    assert "We go on asking" in part
    assert 'hx-trigger="poll from:body"' in part
