"""Explore: any metric by any dimensions, over time, sorted, cut, compared, drawn, as a file."""

import csv
import json
import re
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from tests.accounts import make
from tests.analytics.make import a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

HTMX = {"HX-Request": "true"}


def lately() -> datetime:
    """The cache asks for what happened up to its last beat, ten seconds ago at most."""
    return timezone.now() - timedelta(seconds=11)


@pytest.fixture
def traffic(alice: Membership) -> None:
    mine, now = alice.organization_id, lately()
    german = {"organization": mine, "country": "DE"}
    stored(
        *(a_click(now - timedelta(minutes=n), source="google", device_type="phone", **german) for n in range(3)),
        a_click(now - timedelta(minutes=9), source="bing", device_type="desktop", **german),
        *(a_click(now - timedelta(days=1), organization=mine, country="AT", source="google") for _ in range(2)),
    )


def rows(page: Client, query: str) -> list[list[object]]:
    """The table: texts of the keys, then the numbers."""
    table = page.get(f"/explore/answer?{query}", headers=HTMX).context["explored"].table
    return [[*(key.text for key in line.keys), *(cell.value for cell in line.cells)] for line in table.lines]


@pytest.mark.usefixtures("traffic")
def test_rows_by_one_dimension_the_most_first(page: Client):
    assert rows(page, "by=country&metric=clicks") == [["Germany", 4], ["Austria", 2]]


@pytest.mark.usefixtures("traffic")
def test_rows_by_three_dimensions(page: Client):
    assert rows(page, "by=country&by=source&by=device&metric=clicks") == [
        ["Germany", "google", "Phone", 3],
        ["Austria", "google", "(none)", 2],
        ["Germany", "bing", "Desktop", 1],
    ]


def test_a_parameter_of_the_request_is_a_dimension(page: Client, alice: Membership):
    stored(a_click(lately(), organization=alice.organization_id, parameters={"sub1": "a"}))

    assert rows(page, "by=parameter:sub1&metric=clicks") == [["a", 1]]


@pytest.mark.usefixtures("traffic")
@pytest.mark.parametrize(
    ("sort", "first"), [("clicks", "Austria"), ("-clicks", "Germany"), ("country", "Austria"), ("-country", "Germany")]
)
def test_rows_are_sorted_by_any_column(page: Client, sort: str, first: str):
    assert rows(page, f"by=country&metric=clicks&sort={sort}")[0][0] == first


@pytest.mark.usefixtures("traffic")
def test_a_heading_sorts_and_sorts_the_other_way(page: Client):
    answer = page.get("/explore/answer?by=country&metric=clicks&metric=visitors&sort=-clicks", headers=HTMX)

    assert 'aria-sort="descending"' in answer.text
    assert "sort=clicks" in answer.text
    assert "sort=-visitors" in answer.text


@pytest.mark.usefixtures("traffic")
def test_what_the_limit_cuts_off_is_one_row_and_everything_another(page: Client, alice: Membership):
    for number in range(12):
        stored(a_click(lately(), organization=alice.organization_id, source=f"s{number}"))

    table = page.get("/explore/answer?by=source&metric=clicks&limit=10", headers=HTMX).context["explored"].table

    assert len(table.lines) == 10
    assert table.rest.cells[0].value == 4
    assert table.total.cells[0].value == 18
    assert table.keys == 14


@pytest.mark.usefixtures("traffic")
def test_without_dimensions_there_is_a_row_for_each_interval(page: Client):
    assert len(rows(page, "span=7d&metric=clicks")) == 7
    assert sum(row[1] for row in rows(page, "span=7d&metric=clicks")) == 6


@pytest.mark.usefixtures("traffic")
def test_a_series_by_a_dimension_has_every_interval_of_every_group(page: Client):
    found = rows(page, "span=7d&by=country&series=1&metric=clicks")

    assert len(found) == 14
    assert {row[1] for row in found} == {"Germany", "Austria"}


@pytest.mark.usefixtures("traffic")
def test_values_narrow_the_page_and_days_lead_to_their_hours(page: Client):
    by_country = page.get("/explore/answer?span=7d&by=country&metric=clicks", headers=HTMX)
    by_day = page.get("/explore/answer?span=7d&metric=clicks", headers=HTMX)

    assert 'href="/explore?span=7d&amp;kinds=people&amp;by=country&amp;metric=clicks&amp;country=DE"' in by_country.text
    assert f"span=custom&amp;from={timezone.localdate()}&amp;to=" in by_day.text.replace(
        str(timezone.now().date()), str(timezone.localdate())
    )


@pytest.mark.usefixtures("traffic")
def test_the_comparison_is_beside_every_number(page: Client, alice: Membership):
    stored(a_click(timezone.now() - timedelta(days=8), organization=alice.organization_id, country="DE"))

    answer = page.get("/explore/answer?span=7d&by=country&metric=clicks", headers=HTMX)
    alone = page.get("/explore/answer?span=7d&by=country&metric=clicks&compare=none", headers=HTMX)

    assert "+300%" in answer.text
    assert "against the 7 days before" in answer.text
    assert "+300%" not in alone.text


@pytest.mark.usefixtures("traffic")
@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("by=country", "map"),
        ("by=source", "bar"),
        ("by=weekday&by=hour_of_day", "heat"),
        ("by=hour_of_day&by=weekday", "heat"),
        ("by=source&series=1", "line"),
        ("", "line"),
        ("by=country&chart=bar", "bar"),
        ("by=source&series=1&chart=bar", "bar"),
    ],
)
def test_the_chart_suits_the_question_or_is_the_one_asked_for(page: Client, query: str, kind: str):
    chart = page.get(f"/explore/answer?span=7d&{query}", headers=HTMX).context["explored"].chart

    assert chart["type"] == kind


@pytest.mark.usefixtures("traffic")
def test_no_chart_when_none_is_wanted(page: Client):
    assert page.get("/explore/answer?by=country&chart=none", headers=HTMX).context["explored"].chart is None


@pytest.mark.usefixtures("traffic")
def test_the_same_address_is_a_file_of_every_row(page: Client, alice: Membership):
    for number in range(30):
        stored(a_click(lately(), organization=alice.organization_id, source=f"=s{number}"))

    answer = page.get("/explore?by=source&metric=clicks&limit=10&format=csv")

    [head, *found] = csv.reader(answer.text.splitlines())
    assert head == ["Source", "Clicks"]
    assert len(found) == 32
    assert all(not row[0].startswith("=") for row in found)


def test_the_name_of_a_parameter_is_no_formula_in_a_file(page: Client):
    answer = page.get("/explore", {"by": "parameter:x;=cmd|' /c calc'!a0", "metric": "clicks", "format": "csv"})

    [head] = csv.reader(answer.text.splitlines())
    assert head == ["Parameter x;'=cmd|' /c calc'!a0", "Clicks"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("by=a&by=source", "There is no dimension “a”."),
        ("by=source&by=medium&by=country&by=os", "At most 3 dimensions"),
        ("metric=happiness", "There is no metric happiness"),
        ("by=source&sort=-country", "Sort by a column"),
        ("limit=7", "no number of rows"),
        ("chart=pie", "Select a valid choice"),
    ],
)
def test_a_question_that_cannot_be_asked_is_answered_422_with_words(page: Client, query: str, words: str):
    answer = page.get(f"/explore?{query}")

    assert answer.status_code == 422
    assert words in answer.text


def test_a_file_of_a_question_that_cannot_be_asked_is_no_file(page: Client):
    assert page.get("/explore?by=nonsense&format=csv").status_code == 422


def test_nothing_found_says_so_and_offers_more_days(page: Client):
    answer = page.get("/explore/answer?by=country&country=DE", headers=HTMX)

    assert "Nothing fits" in answer.text
    assert "Show 90 days, all kinds" in answer.text


def test_menus_show_what_was_asked(page: Client):
    answer = page.get("/explore?by=country&by=os&metric=revenue&limit=100&chart=bar")

    for chosen in (
        'value="country" selected',
        'value="os" selected',
        'value="revenue" checked',
        'value="100" selected',
    ):
        assert chosen in answer.text


def test_the_menus_carry_the_filters_along(page: Client):
    answer = page.get("/explore?by=country&os!=iOS")

    assert '<input type="hidden" name="os!" value="iOS">' in answer.text


@pytest.mark.parametrize(
    "address", ["/explore?span=7d&country=DE", "/events?span=7d&country=DE", "/?span=7d&country=DE"]
)
def test_what_is_filtered_can_be_made_a_campaign(page: Client, address: str):
    link = re.search(r'href="(/retroactive/new\?[^"]*)"', page.get(address).text)

    assert link
    asked = parse_qs(urlsplit(unescape(link[1])).query)
    assert json.loads(asked["rule"][0]) == {"all": [{"field": "country", "op": "is", "value": "DE"}]}
    assert {*asked} == {"rule", "from", "to"}
    assert page.get(unescape(link[1])).status_code == 200


def test_without_a_filter_or_for_a_viewer_there_is_no_such_link(page: Client, alice: Membership):
    viewer = make.signed_in(Client(), make.a_member(make.a_user("v@example.com"), alice.organization, Role.VIEWER))

    assert "/retroactive/new?" not in page.get("/explore?span=7d").text
    assert "/retroactive/new?" not in viewer.get("/explore?span=7d&country=DE").text
