"""Pages and programs read labels as of an edition: the menu, the filters, the rows, the files, the answers."""

import csv
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.accounts.roles import Scope
from apps.analytics.models import SavedView
from apps.attribution.ledger import applying, reverting
from apps.attribution.ledger.applying import InForce
from apps.attribution.models import Policy, Run
from apps.campaigns.models import Campaign
from apps.ingress.rules import Term
from tests.accounts import make
from tests.analytics.make import a_click, stored
from tests.attribution.ledger.make import Ledger, done
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

HTMX = {"HX-Request": "true"}
BY_LABEL = "by=attributed_campaign&metric=clicks"


def lately() -> datetime:
    """The cache asks for what happened up to its last beat, ten seconds ago at most."""
    return timezone.now() - timedelta(seconds=11)


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", name="Spring sale")


@pytest.fixture
def named(spring: Campaign) -> Run:
    """Two of three clicks are named."""
    codes = ("DE", "DE", "NZ")
    stored(*(a_click(lately(), organization=spring.organization_id, country=code, city="Köln") for code in codes))
    span = (timezone.now() - timedelta(days=2), timezone.now() + timedelta(days=1))
    rule = InForce(Term("country", "is", "DE"))
    return done(applying.plan(spring, rule, *span, policy=Policy.FILL, now=timezone.now()))


@pytest.fixture
def reverted(named: Run) -> Run:
    return done(reverting.plan(named, now=timezone.now()))


def rows(page: Client, query: str) -> list[list[object]]:
    table = page.get(f"/explore/answer?{query}", headers=HTMX).context["explored"].table
    return [[*(key.text for key in line.keys), *(cell.value for cell in line.cells)] for line in table.lines]


def text(page: Client, address: str, status: int = 200) -> str:
    answer = page.get(address, headers=HTMX)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.usefixtures("named")
def test_clicks_by_the_campaign_they_are_attributed_to(page: Client):
    assert rows(page, BY_LABEL) == [["Spring sale", 2], ["No campaign", 1]]


@pytest.mark.usefixtures("named")
def test_the_campaign_that_routed_has_its_name_too(page: Client, spring: Campaign):
    stored(a_click(lately(), organization=spring.organization_id, routed_campaign_id=spring.pk))

    assert rows(page, "by=routed_campaign&metric=clicks") == [["(none)", 3], ["Spring sale", 1]]


@pytest.mark.parametrize(
    ("condition", "clicks"),
    [
        ("={}", [2]),
        ("=none", [1]),
        ("=", [1]),
        ("!={}", [1]),
        ("!=none", [2]),
        ("=none&attributed_campaign={}", [2, 1]),
    ],
)
@pytest.mark.usefixtures("named")
def test_a_page_is_narrowed_to_what_is_attributed(page: Client, spring: Campaign, condition: str, clicks: list[int]):
    query = f"{BY_LABEL}&attributed_campaign{condition.format(spring.pk)}"

    assert [count for _, count in rows(page, query)] == clicks


@pytest.mark.usefixtures("named")
def test_rows_lead_to_the_page_narrowed_to_them_under_the_campaigns_name(page: Client, spring: Campaign):
    table = page.get(f"/explore/answer?{BY_LABEL}", headers=HTMX).context["explored"].table
    address = table.lines[0].keys[0].query

    assert f"attributed_campaign={spring.pk}" in address
    assert "Attributed to: Spring sale" in text(page, f"/explore?{address}")
    assert "Attributed to: no campaign" in text(page, f"/explore?{table.lines[1].keys[0].query}")


def test_a_campaign_of_somebody_else_stays_a_number(page: Client, spring: Campaign):
    theirs = a_campaign(make.an_organization("charlies"), name="Secret")

    said = text(page, f"/explore?{BY_LABEL}&attributed_campaign={theirs.pk}")

    assert f"Attributed to: campaign {theirs.pk}" in said
    assert "Secret" not in said
    assert rows(page, f"{BY_LABEL}&attributed_campaign={theirs.pk}") == []


@pytest.mark.parametrize("said", ["spring", "-1", "1.5", "9" * 30, "१"])
def test_what_is_no_number_of_a_campaign_is_refused_with_words(page: Client, said: str):
    assert "wants the number of a campaign" in text(page, f"/explore?attributed_campaign={said}", 422)


def test_an_older_edition_is_shown_said_and_led_back_from(page: Client, named: Run, reverted: Run):
    first, second = named.number, reverted.number
    assert rows(page, BY_LABEL) == [["No campaign", 3]]
    assert rows(page, f"{BY_LABEL}&edition={first}") == [["Spring sale", 2], ["No campaign", 1]]

    said = text(page, f"/explore?{BY_LABEL}&edition={first}")

    assert f"As of edition {first}; newest is {second}" in said
    assert "Clicks were named Spring sale" in said
    assert said.count(f"edition={first}") > 10, "days, kinds, filters, parts and files carry it"


def test_the_list_of_events_says_which_edition_narrows_it_and_leads_to_others(
    page: Client, spring: Campaign, named: Run, reverted: Run
):
    said = text(page, f"/events?attributed_campaign={spring.pk}&edition={named.number}")

    assert f"As of edition {named.number}; newest is {reverted.number}" in said
    assert f'id="edition-{reverted.number}" href="?' in said
    assert "No event fits" not in said
    assert "No event fits" in text(page, f"/events?attributed_campaign={spring.pk}")


@pytest.mark.usefixtures("reverted")
@pytest.mark.parametrize("path", ["/", "/explore", "/events", "/reports/campaigns/spring"])
def test_nothing_is_pinned_unless_somebody_asked_for_it(page: Client, path: str):
    said = text(page, path)

    assert "Newest (" in said
    assert "edition-note" not in said
    assert "edition=" not in said.partition('id="filters"')[2].partition("</div>")[0]


@pytest.mark.parametrize("path", ["/", "/explore", "/events"])
def test_without_editions_there_is_no_menu(page: Client, path: str):
    assert "edition" not in text(page, path)


@pytest.mark.parametrize("said", ["99", "x", "-1", "99999999999999999999"])
@pytest.mark.parametrize("path", ["/", "/explore", "/events"])
def test_an_edition_there_is_not_is_said_and_the_newest_shown(page: Client, path: str, said: str):
    assert "dition" in text(page, f"{path}?edition={said}", 422).partition("alert")[2]


def test_an_edition_of_somebody_else_is_none(page: Client, alice: Membership):
    theirs = Ledger()
    theirs.click()
    theirs.applied()

    assert "There is no edition 1." in text(page, "/explore?edition=1", 422)


def test_a_file_says_its_edition_on_every_row(page: Client, named: Run):
    answer = page.get(f"/explore?{BY_LABEL}&format=csv")

    head, *lines = csv.reader(answer.content.decode().splitlines())
    assert head == ["Campaign, attributed", "Clicks", "As of edition"]
    assert lines == [["Spring sale", "2", str(named.number)], ["No campaign", "1", str(named.number)]]
    assert f"as of edition {named.number}.csv" in answer["Content-Disposition"]


@pytest.mark.usefixtures("named")
def test_a_file_that_has_nothing_to_do_with_labels_names_no_edition(page: Client):
    answer = page.get("/explore?by=country&metric=clicks&format=csv")

    assert answer.content.decode().splitlines()[0] == "Country,Clicks"


def test_a_saved_view_keeps_the_edition_that_was_pinned_and_no_other(page: Client, named: Run):
    for name, query in (("Pinned", f"{BY_LABEL}&edition={named.number}"), ("Newest", BY_LABEL)):
        assert page.post("/explore/views/save", {"name": name, "query": query}).status_code == 302

    kept = dict(SavedView.objects.values_list("name", "query"))
    assert f"edition={named.number}" in kept["Pinned"]
    assert "edition" not in kept["Newest"]


@pytest.mark.usefixtures("named")
def test_events_are_listed_by_what_they_are_attributed_to(page: Client, spring: Campaign):
    def listed(query: str) -> int:
        return len(page.get(f"/events?{query}").context["events"])

    of_spring = f"attributed_campaign={spring.pk}"
    assert [listed(query) for query in ("", of_spring, "attributed_campaign=none", f"{of_spring}&edition=0")] == [
        3,
        2,
        1,
        0,
    ]
    assert listed("attributed_campaign!=none") == 2
    assert listed(f"attributed_campaign!={spring.pk}") == 1
    assert len(b"".join(page.get(f"/events?{of_spring}&format=csv")).splitlines()) == 3


def test_pages_carry_filter_and_edition_to_the_events(page: Client, named: Run, spring: Campaign):
    said = text(page, f"/explore?attributed_campaign={spring.pk}&edition={named.number}")

    link = said.partition('id="see-events" href="')[2].partition('"')[0]
    assert f"edition={named.number}" in link
    assert f"attributed_campaign={spring.pk}" in link


# Programs


@pytest.fixture
def ask(alice: Membership) -> Any:
    token = make.an_api_key(alice.organization, [Scope.ANALYTICS_READ])[1]

    def asked(**body: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        said = {"days": 7, "metrics": ["clicks"], **body}
        return Client().post("/api/v1/query", said, content_type="application/json", headers=headers)

    return asked


def test_a_program_is_answered_as_of_the_newest_edition_or_the_one_it_names(ask: Any, named: Run, reverted: Run):
    def told(**body: Any) -> tuple[int, list[tuple[str, int]]]:
        answer = ask(dimensions=["attributed_campaign"], **body).json()
        rows = [(row["key"]["attributed_campaign"], row["values"]["clicks"]) for row in answer["data"]]
        return answer["edition"], rows

    newest = (reverted.number, [("", 3)])
    assert told() == newest
    assert told(edition=None) == newest
    assert told(edition=named.number) == (named.number, [(str(named.campaign_id), 2), ("", 1)])
    assert told(edition=0) == (0, [("", 3)])


def test_a_program_narrows_to_campaigns_and_to_none(ask: Any, named: Run):
    def clicks(*campaigns: str) -> int:
        return int(ask(attributed_campaign=campaigns).json()["totals"]["values"]["clicks"])

    spring = str(named.campaign_id)
    assert [clicks(spring), clicks("none"), clicks(spring, "none"), clicks()] == [2, 1, 3, 0]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"edition": 99}, "#/edition"),
        ({"edition": "x"}, "#/edition"),
        ({"attributed_campaign": ["x"]}, "#/attributed_campaign"),
    ],
)
def test_a_program_is_told_what_it_got_wrong(ask: Any, body: dict[str, Any], pointer: str):
    answer = ask(**body)

    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_a_programs_file_has_its_edition(ask: Any, named: Run):
    lines = b"".join(ask(dimensions=["attributed_campaign"], format="csv")).decode().splitlines()

    assert lines[0] == "attributed_campaign,clicks,edition"
    assert lines[1] == f"{named.campaign_id},2,{named.number}"
