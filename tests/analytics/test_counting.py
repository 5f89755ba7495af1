"""The figures of a campaign count what is attributed to it, or what it routed."""

import csv
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.attribution.ledger import applying
from apps.attribution.ledger.applying import InForce
from apps.attribution.models import Policy, Run
from apps.campaigns.models import Campaign
from apps.ingress.rules import Term
from tests.analytics.make import a_click, stored
from tests.attribution.ledger.make import done
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

HTMX = {"HX-Request": "true"}


def lately() -> datetime:
    """The cache asks for what happened up to its last beat, ten seconds ago at most."""
    return timezone.now() - timedelta(seconds=11)


@pytest.fixture
def autumn(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "autumn", name="Autumn", live=True)


@pytest.fixture
def spring(alice: Membership, autumn: Campaign) -> Campaign:
    """Routed one click; autumn routed two others."""
    campaign = a_campaign(alice.organization, "spring", live=True)
    for routed, country in ((campaign, "DE"), (autumn, "NZ"), (autumn, "NZ")):
        click = {"organization": alice.organization_id, "routed_campaign_id": routed.pk, "country": country}
        stored(a_click(lately(), **click))
    return campaign


@pytest.fixture
def named(spring: Campaign) -> Run:
    """The two clicks of autumn are attributed to spring."""
    span = (timezone.now() - timedelta(days=2), timezone.now() + timedelta(days=1))
    rule = InForce(Term("country", "is", "NZ"))
    return done(applying.plan(spring, rule, *span, policy=Policy.FILL, now=timezone.now()))


def clicks(page: Client, query: str = "", key: str = "spring") -> object:
    kpis = page.get(f"/reports/campaigns/{key}/totals?{query}", headers=HTMX).context["kpis"]
    return next(kpi.value for kpi in kpis if kpi.metric == "clicks")


def text(page: Client, address: str) -> str:
    answer = page.get(address, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.usefixtures("spring")
def test_without_an_edition_routed_clicks_count_and_nothing_is_to_choose(page: Client):
    assert clicks(page) == 1
    assert "by-switch" not in text(page, "/reports/campaigns/spring")


@pytest.mark.usefixtures("named")
def test_with_an_edition_attributed_clicks_count_unless_routed_ones_are_asked_for(page: Client):
    assert [clicks(page, query) for query in ("", "by=attributed", "by=routed")] == [2, 2, 1]
    assert clicks(page, key="autumn") == 2, "which no run has named clicks for"
    assert "by-switch" in text(page, "/reports/campaigns/spring")


@pytest.mark.usefixtures("named")
def test_none_is_attributed_as_of_the_edition_before(page: Client):
    assert [clicks(page, query) for query in ("edition=0", "edition=0&by=routed")] == [0, 1]


@pytest.mark.usefixtures("named")
def test_what_is_counted_is_carried_by_the_cards_and_the_links(page: Client, spring: Campaign):
    said = text(page, "/reports/campaigns/spring?by=routed")
    assert said.count("by=routed") > 8
    assert "breakdown-destinations" in said

    card = text(page, "/reports/campaigns/spring/by/places?by=routed")
    assert f"routed_campaign_id={spring.pk}" in card
    assert "by=routed&amp;by=country" not in card


@pytest.mark.usefixtures("named")
def test_cards_of_attributed_clicks_say_what_routed_them_and_lead_to_explore(page: Client, spring: Campaign):
    said = text(page, "/reports/campaigns/spring")
    assert "breakdown-routing" in said
    assert "breakdown-destinations" not in said

    card = page.get("/reports/campaigns/spring/by/routing", headers=HTMX)
    assert [(line.keys[0].text, line.cells[0].value) for line in card.context["table"].lines] == [("Autumn", 2)]
    explored = page.get(f"/explore/answer?{card.context['explore_query']}", headers=HTMX).context["explored"]
    assert [line.cells[0].value for line in explored.table.lines] == [2]
    assert f"attributed_campaign={spring.pk}" in card.context["explore_query"]


@pytest.mark.usefixtures("named")
def test_a_filter_narrows_what_is_attributed_further(page: Client, spring: Campaign):
    assert [clicks(page, query) for query in ("country=NZ", "country=DE", "attributed_campaign=none")] == [2, 0, 0]
    assert clicks(page, f"attributed_campaign={spring.pk}&by=routed") == 0


def test_the_file_of_a_campaign_says_its_edition(page: Client, named: Run):
    answer = page.get("/reports/campaigns/spring/by/places?format=csv")

    head, line = csv.reader(answer.content.decode().splitlines())
    assert (head[-1], line[0], line[1], line[-1]) == ("As of edition", "New Zealand", "2", str(named.number))


@pytest.mark.usefixtures("named")
def test_the_list_of_campaigns_counts_what_their_pages_do(page: Client):
    answer = page.get("/reports/campaign-numbers?key=spring&key=autumn", headers=HTMX)

    assert {campaign.key: numbers.clicks for campaign, numbers in answer.context["lines"]} == {"spring": 2, "autumn": 2}
    assert "Clicks attributed where a run has named some" in answer.content.decode()


@pytest.mark.usefixtures("named")
def test_two_campaigns_are_compared_by_the_same(page: Client):
    def figures(query: str) -> tuple[object, ...]:
        found = page.get(f"/reports/campaigns/spring/comparison?with=autumn{query}", headers=HTMX).context["figures"]
        return tuple(next(figure.values for figure in found if figure.label == "Clicks"))

    assert [figures(""), figures("&by=routed")] == [(2, 0), (1, 2)]


def test_what_cannot_be_counted_by_is_said(page: Client, spring: Campaign):
    assert "Count what is attributed, or what was routed." in text(page, "/reports/campaigns/spring?by=feeling")


def test_a_draft_has_no_figures_until_a_run_names_clicks_for_it(page: Client, alice: Membership, spring: Campaign):
    draft = a_campaign(alice.organization, "draft", name="Draft")
    assert "Nothing is routed yet" in text(page, "/reports/campaigns/draft")

    span = (timezone.now() - timedelta(days=2), timezone.now() + timedelta(days=1))
    rule = InForce(Term("country", "is", "NZ"))
    done(applying.plan(draft, rule, *span, policy=Policy.FILL, now=timezone.now()))

    assert "Nothing is routed yet" not in text(page, "/reports/campaigns/draft")
    assert clicks(page, key="draft") == 2
