"""The form that adds a filter, as pages use it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from tests.accounts import make
from tests.analytics.make import a_click, stored
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

HTMX = {"HX-Request": "true", "HX-Target": "report"}


def test_the_form_leads_back_to_its_page_with_the_filter(page: Client):
    answer = page.get("/reports/filter?page=analytics:explore&by=os&add=country&op=is&value=DE")

    assert answer.status_code == 302
    assert answer["Location"] == "/explore?by=os&country=DE"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_condition_that_makes_no_sense_comes_back_with_words(page: Client, headers: dict[str, str]):
    answer = page.get("/reports/filter?add=status&op=is&value=often", headers=headers)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="often"' in answer.text


def test_a_refused_condition_takes_the_place_of_the_form_and_not_of_the_report(page: Client):
    answer = page.get("/reports/filter?add=status&op=is&value=often", headers=HTMX)

    assert answer["HX-Retarget"] == "#filter-form"
    assert answer["HX-Push-Url"] == "false"


@pytest.mark.parametrize(
    ("field", "operator"),
    [("country", "starts_with"), ("asn", "between"), ("ip", "in_network"), ("referrer_domain", "is_or_under")],
)
def test_the_form_offers_what_the_field_can_be_asked(page: Client, field: str, operator: str):
    answer = page.get(f"/reports/filter-form?add={field}", headers=HTMX)

    assert f'<option value="{operator}"' in answer.text


def test_values_are_those_that_were_seen_the_most_frequent_first(page: Client, alice: Membership):
    at, mine = timezone.now() - timedelta(hours=1), alice.organization_id
    stored(
        a_click(at, organization=mine, source="google"),
        *(a_click(at, organization=mine, source="goodreads") for _ in range(2)),
        a_click(at, organization=mine, source="bing"),
    )

    answer = page.get("/reports/values?add=source&value=GOO", headers=HTMX)

    assert answer.text.index("goodreads") < answer.text.index("google")
    assert "bing" not in answer.text


def test_values_have_names(page: Client, alice: Membership):
    stored(a_click(timezone.now() - timedelta(hours=1), organization=alice.organization_id, country="DE"))

    assert '<option value="DE">Germany</option>' in page.get("/reports/values?add=country", headers=HTMX).text


def test_values_of_another_organization_are_not_offered(client: Client, alice: Membership):
    stored(a_click(timezone.now() - timedelta(hours=1), organization=alice.organization_id, source="secret-of-acme"))
    make.signed_in(client, make.charlie())

    assert "secret-of-acme" not in client.get("/reports/values?add=source&value=sec", headers=HTMX).text


def test_a_field_without_values_to_choose_offers_none(page: Client):
    assert "<option" not in page.get("/reports/values?add=user_agent&value=x", headers=HTMX).text


@pytest.mark.parametrize(("path", "name"), [("/", "analytics:overview"), ("/explore", "analytics:explore")])
def test_the_form_knows_its_page(page: Client, path: str, name: str):
    assert f'<input type="hidden" name="page" value="{name}">' in page.get(path).text


def test_a_campaign_is_chosen_by_its_name_and_stands_in_the_address_by_its_number(page: Client, alice: Membership):
    spring = a_campaign(alice.organization, name="Spring sale")
    a_campaign(alice.organization, name="Autumn")
    a_campaign(make.an_organization("charlies"), name="Spring of somebody else")

    offered = page.get("/reports/values?add=attributed_campaign&value=spring", headers=HTMX).text
    assert f'<option value="{spring.pk}">Spring sale</option>' in offered
    assert '<option value="none">No campaign</option>' in offered
    assert offered.count("<option") == 2

    answer = page.get(f"/reports/filter?add=attributed_campaign&op=is_not&value={spring.pk}")
    assert (answer.status_code, f"attributed_campaign%21={spring.pk}" in answer.url) == (302, True)


@pytest.mark.parametrize(("op", "value"), [("is", "Spring sale"), ("is", ""), ("contains", "1")])
def test_what_is_no_campaign_comes_back_with_words(page: Client, op: str, value: str):
    answer = page.get(f"/reports/filter?add=attributed_campaign&op={op}&value={value}")

    assert answer.status_code == 422
    assert "alert-danger" in answer.text
