"""The test box and the preview of an address: one request, decided by what answers visitors, and nothing kept of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.campaigns import editing
from apps.campaigns.models import Campaign
from tests.accounts import make
from tests.analytics.make import a_click, stored
from tests.analytics.routing_clicks import HTMX, IPHONE, clicked, panel, post
from tests.campaigns.make import a_campaign, a_definition, a_destination, a_rule

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", live=True)


def trial(page: Client, **query: Any) -> str:
    return panel(page, "routing-test", **query)


PHONE_RULE = {"field": "device_type", "op": "is", "value": "phone"}


@pytest.fixture
def phones(spring: Campaign) -> Campaign:
    """In force: phones to the app with two parameters filled in. Under the draft: nobody."""
    destinations = [
        a_destination(1, "World"),
        a_destination(3, "App", "https://app.example/{sub1}?os={os}&c={click_id}"),
    ]
    rule = a_rule(4, "Phones", PHONE_RULE, {3: 1})
    policy = {"others": "drop", "named": [{"name": "keep", "do": "rename", "as": "kept"}]}
    document = a_definition(destinations=destinations, rules=[rule], parameters=policy)
    editing.save_draft(spring.pk, document, seen=1, user=None)
    editing.publish(spring.pk, seen=2, user=None)
    editing.save_draft(spring.pk, {**document, "rules": [{**rule, "paused": True}]}, seen=2, user=None)
    spring.refresh_from_db()
    return spring


def test_a_made_up_click_is_routed_as_visitors_are(page: Client, phones: Campaign) -> None:
    said = trial(page, url="http://localhost:8001/in/spring?sub1=a%20b&keep=1&drop=2", agent=IPHONE)

    in_force, draft = said[said.index('data-trial="1"') :].split('data-trial="2"')
    assert "To App" in in_force
    assert "https://app.example/a%20b?os=iOS&c=" in in_force
    assert "&kept=1" in in_force
    assert "drop=2" not in in_force
    assert "To World" in draft


def test_the_trace_says_what_failed_on_what_value(page: Client, phones: Campaign) -> None:
    said = trial(
        page, url="http://localhost:8001/in/spring", agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"
    )

    in_force = said[said.index('data-trial="1"') : said.index('data-trial="2"')]
    assert "Fails: </span> device is phone" in in_force
    assert "it has <bdi>desktop</bdi>" in in_force


def test_rules_about_time_are_tried_at_the_time_that_is_said(page: Client, spring: Campaign) -> None:
    night = {"field": "hour.Europe/Berlin", "op": "between", "value": [0, 5]}
    rules = [a_rule(4, "Night", night, {2: 1})]
    editing.save_draft(spring.pk, {**spring.draft, "rules": rules}, seen=1, user=None)

    said = [trial(page, url="http://localhost:8001/in/spring", at=f"2026-11-23T{hour}:30") for hour in ("03", "12")]

    drafts = [each[each.index('data-trial="2"') :] for each in said]
    assert 'by the rule <strong class="text-break">Night' in drafts[0]
    assert "by the rule" not in drafts[1]


def test_a_stored_click_is_tried_again_as_the_visitor_it_was(page: Client, spring: Campaign) -> None:
    event = clicked(spring, query="sub1=x", user_agent=IPHONE, ip="192.0.2.1", visitor_id=(1 << 40) + 7)[0]

    answers = {trial(page, click=event.event_id).split("data-trial")[1].split("<code")[0] for _ in range(3)}

    assert len(answers) == 1


def test_the_last_clicks_can_be_chosen(page: Client, spring: Campaign) -> None:
    event = clicked(spring)[0]

    assert f'<option value="{event.event_id}"' in trial(page)


@pytest.mark.parametrize(
    "query",
    [
        {"url": "http://localhost:8001/in/other"},
        {"url": "https://evil.example/"},
        {"url": "http://[/in/spring"},
        {"url": "http://localhost:8001/in/spring", "ip": "999.1.1.1"},
        {"url": "http://localhost:8001/in/spring", "at": "soon"},
        {"url": "http://localhost:8001/in/spring", "at": "1800-01-01T00:00"},
        {"click": "1"},
        {"click": "x"},
        {"click": str(2**64)},
    ],
)
def test_what_cannot_be_tried_is_said(page: Client, spring: Campaign, query: dict[str, str]) -> None:
    answer = page.get("/reports/campaigns/spring/routing-test", query, headers=HTMX)

    assert answer.status_code == 422
    assert "data-trial" not in answer.content.decode()


def test_a_click_of_another_organization_cannot_be_tried(page: Client, spring: Campaign) -> None:
    charlies = stored(a_click(timezone.now() - timedelta(minutes=5), organization=make.charlie().organization_id))[0]

    answer = page.get("/reports/campaigns/spring/routing-test", {"click": charlies.event_id}, headers=HTMX)

    assert answer.status_code == 422


def test_trying_stores_and_counts_nothing(page: Client, spring: Campaign) -> None:
    before = page.get("/events?kinds=all").content.count(b"/events/")

    trial(page, url="http://localhost:8001/in/spring", agent=IPHONE)

    assert page.get("/events?kinds=all").content.count(b"/events/") == before


# Macros


def test_an_address_shows_what_it_becomes_for_the_newest_click(page: Client, spring: Campaign) -> None:
    clicked(spring, query="sub1=a%26b", user_agent=IPHONE)

    said = post(page, "macro-preview", {"url": "https://x.example/?s={sub1}&os={os}&c={click_id}"})

    assert "https://x.example/?s=a%26b&os=iOS&c=" in said
    assert "What the newest click would have got" in said


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://x.example/?s={sub9}&c={click_id}", "{sub9} is empty for this click"),
        ("https://x.example/", "it is added as trl_click"),
        ("https://x.example/?a={{ad.id}}", "There is no macro"),
        ("https://x.example/?a=__CID__&c={click_id}", "look like another system's macros"),
        ("https://x.example/?a={nonsense}", "There is no macro {nonsense}"),
        ("javascript:alert(1)", "Give a whole address"),
        ("", "Give a whole address"),
    ],
)
def test_an_address_is_looked_at_before_it_is_saved(page: Client, spring: Campaign, url: str, says: str) -> None:
    assert says in post(page, "macro-preview", {"url": url})


@pytest.mark.usefixtures("clickhouse_is_down")
def test_an_address_is_shown_with_a_made_up_click_without_clickhouse(page: Client, spring: Campaign) -> None:
    assert "https://x.example/?os=iOS&c=" in post(
        page, "macro-preview", {"url": "https://x.example/?os={os}&c={click_id}"}
    )
