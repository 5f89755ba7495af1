"""The overview and its cards."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.campaigns.models import Link
from apps.ingress.event import Origin
from apps.ingress.models import Postback
from tests.accounts import make
from tests.analytics.make import a_bot, a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

HTMX = {"HX-Request": "true"}
BREAKDOWNS = ["sources", "links", "places", "devices", "kinds"]
CARDS = ["totals", "over-time", "movers", "hours", *(f"breakdown/{group}" for group in BREAKDOWNS)]


def a_link(member: Membership, key: str = "summer", name: str = "Summer sale") -> Link:
    return Link.objects.create(
        organization=member.organization, key=key, name=name, destination="https://shop.example.com/"
    )


def test_the_page_asks_for_each_card_with_its_own_question(page: Client):
    answer = page.get("/?span=7d&kinds=all&country=DE")

    for card in CARDS:
        assert f'hx-get="/reports/{card}?span=7d&amp;kinds=all&amp;country=DE"' in answer.text


@pytest.mark.parametrize("path", ["/", "/events"])
def test_the_filters_of_a_report_ask_for_the_report_alone(page: Client, path: str):
    part, whole = page.get(f"{path}?span=7d", headers=HTMX), page.get(f"{path}?span=7d")

    assert part.text.lstrip().startswith('<div id="report">')
    assert 'hx-get="?kinds=people&amp;span=90d" hx-target="#report"' in whole.text
    assert "HX-Request" in whole.headers["Vary"]


def test_a_page_of_generated_data_says_so(page: Client, alice: Membership):
    before = page.get("/links").text
    alice.organization.is_generated = True
    alice.organization.save()

    assert "Generated data" not in before
    assert "Generated data: nobody clicked these." in page.get("/links").text


@pytest.mark.parametrize("card", CARDS)
def test_a_card_is_a_part_for_htmx_and_a_page_for_a_plain_browser(page: Client, card: str):
    part, whole = page.get(f"/reports/{card}", headers=HTMX), page.get(f"/reports/{card}")

    assert "<html" not in part.text
    assert "<html" in whole.text


@pytest.mark.parametrize("card", CARDS)
def test_a_card_keeps_its_id_so_that_it_can_be_replaced(page: Client, card: str):
    assert f'id="{card.replace("/", "-")}"' in page.get(f"/reports/{card}", headers=HTMX).text


def test_an_interval_that_would_be_a_smear_is_refused(page: Client):
    answer = page.get("/?span=90d&interval=minute")

    assert answer.status_code == 422
    assert "too fine or too coarse" in answer.text


@pytest.mark.parametrize("path", ["/", "/explore", "/reports/totals", "/reports/breakdown/sources", "/explore/answer"])
@pytest.mark.parametrize("query", ["rule=nonsense", "status=many", 'rule={"field":"nothing","op":"is","value":"x"}'])
def test_a_filter_that_cannot_be_read_is_refused_with_a_way_out(page: Client, path: str, query: str):
    for headers in ({}, HTMX):
        answer = page.get(f"{path}?{query}", headers=headers)

        assert answer.status_code == 422
        assert "This question cannot be asked" in answer.text
        assert f'href="{path}"' in answer.text


def test_each_chip_takes_itself_away(page: Client):
    answer = page.get("/?span=7d&country=DE&os!=iOS")

    assert 'aria-label="Remove the filter: Country is Germany"' in answer.text
    assert 'href="?span=7d&amp;kinds=people&amp;os%21=iOS"' in answer.text
    assert 'data-keys="Escape"' in answer.text


def test_the_days_before_are_a_link_and_the_days_to_come_are_not(page: Client):
    answer = page.get("/?span=custom&from=2026-01-08&to=2026-01-14")

    assert "from=2026-01-01&amp;to=2026-01-07" in answer.text
    assert "from=2026-01-15&amp;to=2026-01-21" in answer.text
    assert 'id="span-later"' not in page.get("/").text


@pytest.mark.parametrize("query", ["span=century", "kinds=robots", "span=custom&from=2026-11-05&to=2026-11-01"])
def test_a_question_that_cannot_be_read_is_answered_422_with_words(page: Client, query: str):
    answer = page.get(f"/?{query}")

    assert answer.status_code == 422
    assert "What could not be read has its default." in answer.text


def test_link_clicks_are_of_people_in_thirty_days(page: Client, alice: Membership):
    mine, now = alice.organization_id, timezone.now()
    stored(
        a_click(now - timedelta(hours=2), organization=mine),
        a_click(now - timedelta(days=40), organization=mine),
        a_bot(now, organization=mine),
    )

    answer = page.get("/reports/link-clicks/summer", headers=HTMX)

    assert answer.context["clicks"].clicks == 1
    assert "2 h ago" in answer.text


def test_a_new_organization_is_shown_its_first_steps(page: Client):
    answer = page.get("/reports/onboarding", headers=HTMX)

    assert "0 of 5 done" in answer.text
    assert "import_access_log access.log --organization acme" in answer.text
    assert 'hx-trigger="poll from:body"' in answer.text


def test_the_first_steps_come_first_only_while_there_is_nothing_else(page: Client, alice: Membership):
    before = page.get("/reports/onboarding", headers=HTMX).text
    stored(a_click(organization=alice.organization_id, origin=Origin.DEMO))

    assert "order-first" in before
    assert "order-first" not in page.get("/reports/onboarding", headers=HTMX).text


def test_on_one_s_own_machine_the_import_goes_through_dev(page: Client, settings: LazySettings):
    settings.DEBUG = True

    assert "./dev manage import_access_log" in page.get("/reports/onboarding", headers=HTMX).text


def test_with_a_link_the_next_step_is_to_open_its_address(page: Client, alice: Membership, settings: LazySettings):
    a_link(alice)

    answer = page.get("/reports/onboarding", headers=HTMX)

    assert "1 of 5 done" in answer.text
    assert f'data-copy="{settings.TRELLIS_INGRESS_URL}/in/summer"' in answer.text


def test_an_imported_history_is_not_a_click_seen_live(page: Client, alice: Membership):
    a_link(alice)
    stored(a_click(organization=alice.organization_id, origin=Origin.IMPORT))

    assert "2 of 5 done" in page.get("/reports/onboarding", headers=HTMX).text


def test_after_the_first_click_the_steps_are_gone_and_nothing_polls(page: Client, alice: Membership):
    a_link(alice)
    stored(a_click(organization=alice.organization_id))

    answer = page.get("/reports/onboarding", headers=HTMX)

    assert "First steps" not in answer.text
    assert "hx-trigger" not in answer.text


def test_days_are_those_of_the_organizations_time_zone(client: Client, alice: Membership):
    alice.organization.time_zone = "Pacific/Auckland"
    alice.organization.save()

    assert "Pacific/Auckland" in make.signed_in(client, alice).get("/").text


def test_a_postback_that_came_in_is_a_step_done(page: Client, alice: Membership):
    Postback.objects.create(
        id=1,
        organization_id=alice.organization_id,
        received_at=timezone.now(),
        reason=Postback.Reason.ACCEPTED,
        line=b"",
    )

    assert "1 of 5 done" in page.get("/reports/onboarding", headers=HTMX).text
