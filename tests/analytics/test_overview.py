"""The overview and its cards."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.campaigns.models import Link
from apps.ingress.event import Origin
from tests.accounts import make
from tests.analytics.make import a_bot, a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

HTMX = {"HX-Request": "true"}
CARDS = ["totals", "clicks-by-day", "kinds", "top-links", "top-sources", "onboarding"]


def a_link(member: Membership, key: str = "summer", name: str = "Summer sale") -> Link:
    return Link.objects.create(
        organization=member.organization, key=key, name=name, destination="https://shop.example.com/"
    )


def test_the_page_asks_for_each_card_with_its_own_question(page: Client):
    answer = page.get("/?span=7d&kinds=all")

    for card in CARDS[:-1]:
        assert f'hx-get="/reports/{card}?span=7d&amp;kinds=all"' in answer.text


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
    assert f'id="{card}"' in page.get(f"/reports/{card}", headers=HTMX).text


def test_totals_count_people_until_all_kinds_are_asked_for(page: Client, alice: Membership):
    recent = timezone.now() - timedelta(seconds=2)
    stored(
        *(a_click(recent, organization=alice.organization_id) for _ in range(2)),
        a_bot(recent, organization=alice.organization_id),
    )

    people, everything = page.get("/reports/totals", headers=HTMX), page.get("/reports/totals?kinds=all", headers=HTMX)

    assert people.context["total"].clicks == 2
    assert everything.context["total"].clicks == 3


def test_the_chart_and_its_table_have_every_day(page: Client, alice: Membership):
    stored(a_click(timezone.now() - timedelta(days=3), organization=alice.organization_id))

    answer = page.get("/reports/clicks-by-day?span=7d", headers=HTMX)

    assert len(answer.context["chart"]["labels"]) == 7
    assert answer.text.count('<th scope="row">') == 7


def test_top_links_are_named_and_lead_to_their_events(page: Client, alice: Membership):
    a_link(alice)
    stored(a_click(timezone.now() - timedelta(minutes=1), organization=alice.organization_id))

    answer = page.get("/reports/top-links", headers=HTMX)

    assert "Summer sale" in answer.text
    assert "link=summer" in answer.text


def test_a_source_somebody_made_up_is_escaped(page: Client, alice: Membership):
    hostile = {"utm_source": "<script>alert(1)</script>\u202e"}
    stored(a_click(timezone.now() - timedelta(minutes=1), organization=alice.organization_id, parameters=hostile))

    answer = page.get("/reports/top-sources", headers=HTMX)

    assert "<script>" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e" in answer.text


@pytest.mark.parametrize("query", ["span=century", "kinds=robots", "span=custom&from=2026-11-05&to=2026-11-01"])
def test_a_question_that_cannot_be_read_is_answered_422_with_words(page: Client, query: str):
    answer = page.get(f"/?{query}")

    assert answer.status_code == 422
    assert "Here are the last 30 days instead." in answer.text


def test_the_number_of_queries_does_not_grow_with_links(
    page: Client, alice: Membership, django_assert_num_queries: object
):
    recent = timezone.now() - timedelta(minutes=1)
    for number in range(8):
        a_link(alice, f"link{number}")
        stored(a_click(recent, organization=alice.organization_id, link_key=f"link{number}"))

    with django_assert_num_queries(4):  # type: ignore[operator]  # session, person, member, names
        page.get("/reports/top-links", headers=HTMX)


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

    assert "0 of 4 done" in answer.text
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

    assert "1 of 4 done" in answer.text
    assert f'data-copy="{settings.TRELLIS_INGRESS_URL}/in/summer"' in answer.text


def test_an_imported_history_is_not_a_click_seen_live(page: Client, alice: Membership):
    a_link(alice)
    stored(a_click(organization=alice.organization_id, origin=Origin.IMPORT))

    assert "2 of 4 done" in page.get("/reports/onboarding", headers=HTMX).text


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
