"""What no campaign explains: the card of the Overview, and the page with its groups."""

import csv
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.attribution.ledger import applying
from apps.attribution.ledger.applying import InForce
from apps.attribution.models import Network, Policy, Run
from apps.campaigns.models import Campaign, Link
from apps.ingress.event import Event
from apps.ingress.rules import EVERYTHING, Rule, Term, holds, parse
from tests.accounts import make
from tests.analytics.make import a_bot, a_click, stored
from tests.attribution.ledger.make import done
from tests.attribution.make import a_network, a_postback, booked
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

HTMX = {"HX-Request": "true"}
LETTER = {"source": "newsletter", "medium": "email", "referrer_domain": "mail.example", "utm_campaign": "may"}
SEARCH = {
    "source": "google",
    "medium": "organic",
    "landing_page": "/shoes",
    "query": "a=1&b=2",
    "parameters": {"b": "2", "a": "1"},
}


def lately() -> datetime:
    """The cache asks for what happened up to its last beat, ten seconds ago at most."""
    return timezone.now() - timedelta(seconds=11)


@pytest.fixture
def traffic(alice: Membership) -> list[Event]:
    """Three clicks of a letter, two of a search, a bot."""
    mine, now = {"organization": alice.organization_id}, lately()
    return stored(
        *(a_click(now - timedelta(days=n), **mine, **LETTER) for n in (0, 1, 5)),
        *(a_click(now - timedelta(days=n), **mine, **SEARCH) for n in (0, 2)),
        a_bot(now, **mine, source="crawler"),
    )


def applied(campaign: Campaign, rule: Rule = EVERYTHING) -> Run:
    span = (timezone.now() - timedelta(days=40), timezone.now() + timedelta(days=1))
    return done(applying.plan(campaign, InForce(rule), *span, policy=Policy.FILL, now=timezone.now()))


def converted(network: Network, click: Event | None, payout: str) -> None:
    a_postback(network, at=lately(), click=click, txid=payout, payout=payout, status="sale")
    booked(timezone.now())


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring")


def rows(page: Client, query: str = "") -> list[tuple[Any, ...]]:
    found = page.get(f"/unattributed/groups?{query}", headers=HTMX).context["rows"]
    return [(*(key.text for key in row.line.keys), *(cell.value for cell in row.line.cells)) for row in found]


def text(page: Client, address: str, status: int = 200) -> str:
    answer = page.get(address, headers=HTMX)
    assert answer.status_code == status
    return answer.content.decode()


# The card


def shares(page: Client, query: str = "") -> tuple[object, object]:
    found = page.get(f"/reports/coverage?{query}", headers=HTMX).context["coverage"]
    return found.clicks.share, found.revenue and found.revenue.share


@pytest.mark.usefixtures("traffic")
def test_the_share_of_clicks_that_have_a_campaign_as_of_an_edition(page: Client, spring: Campaign):
    assert shares(page) == (0, None)

    run = applied(spring, Term("source", "is", "google"))

    assert shares(page) == (0.4, None)
    assert shares(page, "source=google") == (1, None)
    assert shares(page, f"edition={(run.number or 0) - 1}") == (0, None)
    assert "/unattributed?" in text(page, "/reports/coverage").partition('id="claim"')[2]


@pytest.mark.usefixtures("traffic")
def test_when_everything_has_a_campaign_there_is_nothing_to_claim(page: Client, spring: Campaign):
    applied(spring)

    assert "Every click of these days has a campaign." in text(page, "/reports/coverage")


def test_without_clicks_there_is_no_share(page: Client):
    assert shares(page) == (None, None)
    assert "nothing to attribute" in text(page, "/reports/coverage")


def test_the_share_of_revenue_counts_orphans_as_unexplained(
    page: Client, alice: Membership, traffic: list[Event], spring: Campaign
):
    network = a_network(alice.organization)
    converted(network, traffic[0], "30")
    converted(network, None, "10")
    applied(spring, Term("source", "is", "newsletter"))

    assert shares(page) == (0.6, 0.75)


# The page


@pytest.mark.usefixtures("traffic")
def test_clicks_of_people_without_a_campaign_by_source_the_most_first(page: Client):
    assert rows(page) == [("newsletter", "email", 3), ("google", "organic", 2)]
    assert rows(page, "kinds=all")[-1] == ("crawler", "(none)", 1)


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("referrer", [("mail.example", 3), ("(none)", 2)]),
        ("campaign", [("may", 3), ("(none)", 2)]),
        ("landing_page", [("(none)", 3), ("/shoes", 2)]),
        ("link", [("Summer sale", 5)]),
        ("campaign_key", [("(none)", 5)]),
        ("channel", [("(none)", 5)]),
        ("signature", [("(no parameters)", 3), ("a, b", 2)]),
    ],
)
@pytest.mark.usefixtures("traffic")
def test_every_grouping(page: Client, alice: Membership, group: str, expected: list[tuple[Any, ...]]):
    Link.objects.create(
        organization=alice.organization, key="summer", name="Summer sale", destination="https://shop.example.com/"
    )

    assert rows(page, f"group={group}") == expected


@pytest.mark.usefixtures("traffic")
def test_what_is_named_leaves_the_page_and_is_back_as_of_the_edition_before(page: Client, spring: Campaign):
    run = applied(spring, Term("source", "is", "newsletter"))

    assert rows(page) == [("google", "organic", 2)]
    assert len(rows(page, f"edition={(run.number or 0) - 1}")) == 2
    assert rows(page, f"attributed_campaign={spring.pk}") == []


def test_a_row_says_since_when_until_when_and_how_it_went(page: Client, traffic: list[Event]):
    first, *_ = page.get("/unattributed/groups", headers=HTMX).context["rows"]

    assert abs((first.first_at - traffic[2].happened_at).total_seconds()) < 1
    assert abs((first.last_at - traffic[0].happened_at).total_seconds()) < 1
    assert (len(first.points), sum(first.points), first.points[-1]) == (24, 3, 2)


def test_money_stands_beside_the_clicks_it_came_from_and_orphans_beside_nothing(
    page: Client, alice: Membership, traffic: list[Event]
):
    network = a_network(alice.organization)
    converted(network, traffic[3], "30")
    converted(network, None, "10")

    assert rows(page) == [
        ("newsletter", "email", 3, 0, 0),
        ("google", "organic", 2, 1, 30),
        ("(none)", "(none)", 0, 1, 10),
    ]
    orphan = page.get("/unattributed/groups", headers=HTMX).context["rows"][-1]
    assert orphan.moments == (None, None)


@pytest.mark.parametrize(
    "group", ["source", "referrer", "campaign", "landing_page", "link", "campaign_key", "channel", "signature"]
)
def test_the_rule_of_a_row_selects_its_clicks(page: Client, traffic: list[Event], group: str):
    people = [event for event in traffic if event.kind == "human"]

    for row in page.get(f"/unattributed/groups?group={group}", headers=HTMX).context["rows"]:
        said = parse_qs(row.claim_query)
        rule = parse(json.loads(said["rule"][0]))
        assert sum(holds(rule, event) for event in people) == row.line.cells[0].value
        assert {*said} == {"rule", "from", "to"}


@pytest.mark.usefixtures("traffic")
def test_the_rule_of_a_row_has_the_filters_of_the_page(page: Client):
    [row] = page.get("/unattributed/groups?landing_page=/shoes", headers=HTMX).context["rows"]

    assert "landing_page" in row.claim_query


@pytest.mark.usefixtures("traffic")
def test_rows_narrow_the_page_to_themselves(page: Client):
    for group in ("source", "signature"):
        for row in page.get(f"/unattributed/groups?group={group}", headers=HTMX).context["rows"]:
            assert [row.line.cells[0].value] == [line[-1] for line in rows(page, row.line.keys[0].query)]


@pytest.mark.usefixtures("traffic")
def test_the_same_address_is_a_file(page: Client):
    answer = page.get("/unattributed/groups?format=csv")

    head, *lines = csv.reader(answer.content.decode().splitlines())
    assert head == ["Source", "Medium", "First click", "Last click", "Clicks", "As of edition"]
    assert [(line[0], line[4], line[5]) for line in lines] == [("newsletter", "3", "0"), ("google", "2", "0")]


@pytest.mark.usefixtures("traffic")
def test_reasons_say_what_the_store_task_knew(page: Client, alice: Membership):
    stored(a_click(lately(), organization=alice.organization_id, label_edition=1, label_reason="no_rule"))

    reasons = page.get("/unattributed/totals", headers=HTMX).context["reasons"]

    assert reasons == [("Stored before clicks were labelled", 5), ("No rule held", 1)]


@pytest.mark.usefixtures("traffic")
def test_the_page_and_its_parts_are_drawn(page: Client):
    whole = page.get("/unattributed?group=signature&country=DE").content.decode()

    assert "unattributed/totals?" in whole
    assert "group=signature" in whole
    assert "attributed_campaign=none" in whole.partition('id="see-events"')[2]
    assert "Clicks without a campaign" in text(page, "/unattributed/totals")
    assert page.get("/unattributed/groups").status_code == 200


@pytest.mark.usefixtures("traffic")
def test_everything_explained_and_nothing_stored_are_told_apart(page: Client, spring: Campaign):
    assert "No click in these days" in text(page, "/unattributed/groups?country=NZ")

    applied(spring)

    assert "Everything is explained" in text(page, "/unattributed/groups")


@pytest.mark.usefixtures("traffic")
def test_a_filter_that_conversions_do_not_know_leaves_them_out_and_says_so(page: Client, alice: Membership):
    converted(a_network(alice.organization), None, "10")

    said = text(
        page,
        "/unattributed/groups?rule=%7B%22not%22%3A%7B%22field%22%3A%22headers%22%2C%22op%22%3A%22has%22%2C%22value%22%3A%22x%22%7D%7D",
    )

    assert "Conversions cannot be narrowed so" in said


@pytest.mark.parametrize("query", ["group=feeling", "edition=9", "span=century"])
def test_what_cannot_be_read_is_said(page: Client, query: str):
    assert "alert" in text(page, f"/unattributed?{query}", 422)


@pytest.mark.usefixtures("clickhouse_is_down")
def test_parts_fail_by_themselves(page: Client):
    assert page.get("/unattributed").status_code == 200
    for part in ("/unattributed/totals", "/unattributed/groups", "/reports/coverage"):
        assert "ClickHouse does not answer" in text(page, part)
        assert page.get(part).status_code == 503


@pytest.mark.usefixtures("traffic")
def test_somebody_else_sees_nothing_of_it(client: Client):
    charlie = make.signed_in(client, make.charlie())

    assert rows(charlie) == []
