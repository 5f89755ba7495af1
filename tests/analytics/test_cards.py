"""The cards of the overview: what they count, where their rows lead, and the files they are."""

import csv
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.analytics.kpis import SHOWN
from tests.analytics.make import a_bot, a_click, stored
from tests.campaigns.make import a_link

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

HTMX = {"HX-Request": "true"}
BREAKDOWNS = ["sources", "links", "places", "devices", "kinds"]
CARDS = ["totals", "over-time", "movers", "hours", *(f"breakdown/{group}" for group in BREAKDOWNS)]


def a_recent_click(member: Membership, **fields: object) -> None:
    stored(a_click(timezone.now() - timedelta(minutes=1), organization=member.organization_id, **fields))


def totals(page: Client, query: str = "") -> dict[str, object]:
    kpis = page.get(f"/reports/totals?{query}", headers=HTMX).context["kpis"]
    return {kpi.metric: kpi.value for kpi in kpis}


def test_totals_count_people_until_all_kinds_are_asked_for(page: Client, alice: Membership):
    a_recent_click(alice)
    a_recent_click(alice)
    stored(a_bot(timezone.now() - timedelta(minutes=1), organization=alice.organization_id))

    assert totals(page) == {"clicks": 2, "visitors": 2, "bots": 1}
    assert totals(page, "kinds=all")["clicks"] == 3


def test_totals_are_narrowed_by_the_filters(page: Client, alice: Membership):
    a_recent_click(alice, country="DE", os="iOS")
    a_recent_click(alice, country="DE", os="Android")
    a_recent_click(alice, country="AT", os="iOS")

    assert totals(page, "country=DE")["clicks"] == 2
    assert totals(page, "country=DE&os!=iOS")["clicks"] == 1
    assert totals(page, 'rule={"field":"country","op":"in","value":["AT","DE"]}')["clicks"] == 3


def test_without_money_nothing_pretends_to_have_earned_nothing(page: Client, alice: Membership):
    a_recent_click(alice)

    answer = page.get("/reports/totals", headers=HTMX)

    assert "nobody knows what the clicks earned" in answer.text
    assert "kpi-revenue" not in answer.text


def test_with_money_every_figure_is_there_in_the_organization_s_currency(page: Client, alice: Membership):
    alice.organization.money_since, alice.organization.currency = timezone.now(), "CHF"
    alice.organization.save()
    a_recent_click(alice)

    answer = page.get("/reports/totals", headers=HTMX)

    assert [kpi.metric for kpi in answer.context["kpis"]] == [*SHOWN]
    assert "CHF" in answer.text


def test_without_costs_the_cost_and_the_roi_say_so(page: Client, alice: Membership):
    alice.organization.money_since = timezone.now()
    alice.organization.save()

    kpis = page.get("/reports/totals", headers=HTMX).context["kpis"]

    assert {kpi.metric for kpi in kpis if kpi.note} == {"cost", "roi"}


def test_a_figure_leads_to_the_page_that_draws_it(page: Client):
    answer = page.get("/reports/totals?span=7d", headers=HTMX)

    assert 'href="/?span=7d&amp;kinds=people&amp;metric=visitors"' in answer.text


def test_the_chart_and_its_table_have_every_day(page: Client, alice: Membership):
    stored(a_click(timezone.now() - timedelta(days=3), organization=alice.organization_id))

    answer = page.get("/reports/over-time?span=7d", headers=HTMX)

    assert len(answer.context["chart"]["labels"]) == 7
    assert answer.text.count('<th scope="row">') == 7


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("span=7d", ["Clicks", "The 7 days before"]),
        ("span=7d&compare=year&metric=visitors", ["Visitors", "A year earlier"]),
        ("span=7d&compare=none", ["Clicks"]),
        ("span=today", ["Clicks", "The day before"]),
    ],
)
def test_the_chart_stands_beside_the_time_compared_with(page: Client, query: str, names: list[str]):
    chart = page.get(f"/reports/over-time?{query}", headers=HTMX).context["chart"]

    assert [series["name"] for series in chart["series"]] == names
    assert chart["unfinished"] == 1


@pytest.mark.parametrize(
    ("query", "axis"),
    [
        ("span=today", "Hour"),
        ("span=30d", "Day"),
        ("span=90d&interval=week", "Week from"),
        ("span=90d&interval=month", "Month"),
    ],
)
def test_the_chart_is_as_fine_as_asked_or_as_suits(page: Client, query: str, axis: str):
    assert page.get(f"/reports/over-time?{query}", headers=HTMX).context["chart"]["axis"] == axis


def test_rows_of_a_breakdown_narrow_the_page(page: Client, alice: Membership):
    a_recent_click(alice, country="DE", region="BE", city="Berlin")

    answer = page.get("/reports/breakdown/places?span=7d&tab=city", headers=HTMX)

    assert 'href="/?span=7d&amp;kinds=people&amp;country=DE&amp;region=BE&amp;city=Berlin"' in answer.text
    assert "Berlin, Germany" in answer.text


def test_a_country_is_a_place_on_the_map_that_narrows_the_page(page: Client, alice: Membership):
    a_recent_click(alice, country="SG")
    a_recent_click(alice)

    chart = page.get("/reports/breakdown/places?span=7d", headers=HTMX).context["map"]

    assert chart["codes"] == ["SG"]
    assert chart["labels"] == ["Singapore"]
    assert chart["links"] == ["/?span=7d&kinds=people&country=SG"]


def test_links_are_called_by_their_names(page: Client, alice: Membership):
    a_link(alice.organization, "summer", name="Summer sale")
    a_recent_click(alice)

    answer = page.get("/reports/breakdown/links", headers=HTMX)

    assert "Summer sale" in answer.text
    assert "link_key=summer" in answer.text


def test_what_is_empty_has_a_name_and_can_be_looked_at(page: Client, alice: Membership):
    a_recent_click(alice, source="")

    answer = page.get("/reports/breakdown/sources?tab=source", headers=HTMX)

    assert "(none)" in answer.text
    assert "source=&quot;" not in answer.text
    assert totals(page, "source=")["clicks"] == 1


def test_kinds_are_always_of_everything(page: Client, alice: Membership):
    stored(a_bot(timezone.now() - timedelta(minutes=1), organization=alice.organization_id))

    table = page.get("/reports/breakdown/kinds", headers=HTMX).context["table"]

    assert [line.keys[0].text for line in table.lines] == ["bot"]


def test_a_source_somebody_made_up_is_escaped(page: Client, alice: Membership):
    a_recent_click(alice, source="<script>alert(1)</script>\u202e")

    answer = page.get("/reports/breakdown/sources?tab=source", headers=HTMX)

    assert "<script>" not in answer.text.replace("<script id=", "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e" in answer.text


def test_an_unknown_breakdown_is_not_there_and_an_unknown_tab_is_the_first(page: Client):
    assert page.get("/reports/breakdown/nonsense").status_code == 404
    assert page.get("/reports/breakdown/devices?tab=nonsense", headers=HTMX).context["tabs"][0][3]


def test_hours_are_those_of_the_organization_s_clock(page: Client, alice: Membership):
    alice.organization.time_zone = "Asia/Kolkata"
    alice.organization.save()
    at = timezone.now().astimezone(ZoneInfo("Asia/Kolkata")).replace(hour=13, minute=45) - timedelta(days=2)
    stored(a_click(at.astimezone(UTC), organization=alice.organization_id))

    chart = page.get("/reports/hours?span=7d", headers=HTMX).context["chart"]

    assert chart["series"][13]["values"][at.weekday()] == 1
    assert sum(sum(series["values"]) for series in chart["series"]) == 1


def test_what_moved_most_comes_first_up_or_down(page: Client, alice: Membership):
    mine, now = alice.organization_id, timezone.now()
    stored(*(a_click(now - timedelta(days=10), organization=mine, source="fallen") for _ in range(5)))
    stored(*(a_click(now - timedelta(minutes=1), organization=mine, source="risen") for _ in range(3)))

    table = page.get("/reports/movers?span=7d", headers=HTMX).context["table"]

    assert [(line.keys[0].text, *(cell.value for cell in line.cells)) for line in table.lines] == [
        ("fallen", 0, 5, -5),
        ("risen", 3, 0, 3),
    ]


@pytest.mark.parametrize("card", CARDS)
def test_every_table_is_a_csv_file_at_the_same_address(page: Client, alice: Membership, card: str):
    a_recent_click(alice, country="DE", source="news")

    answer = page.get(f"/reports/{card}?span=7d&format=csv")

    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    assert "Clicks" in answer.text.splitlines()[0]


def test_a_csv_file_holds_no_formula(page: Client, alice: Membership):
    a_recent_click(alice, source='=HYPERLINK("https://evil.example")')

    answer = page.get("/reports/breakdown/sources?tab=source&format=csv")

    assert list(csv.reader(answer.text.splitlines()))[1][0].startswith("'=")


def test_the_number_of_queries_does_not_grow_with_links(
    page: Client, alice: Membership, django_assert_num_queries: object
):
    recent = timezone.now() - timedelta(minutes=1)
    for number in range(8):
        a_link(alice.organization, f"link{number}")
        stored(a_click(recent, organization=alice.organization_id, link_key=f"link{number}"))

    with django_assert_num_queries(5):  # type: ignore[operator]  # session, person, seen, member, names
        page.get("/reports/breakdown/links", headers=HTMX)
