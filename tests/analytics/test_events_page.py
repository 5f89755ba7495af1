"""The list of events, its filters, its export, and one event whole."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.accounts.spreadsheet import safe
from apps.ingress.event import Kind, Reason
from apps.ingress.snowflake import click_id
from tests.analytics.listing import HTMX, an_event, listed, rows_of
from tests.analytics.make import a_bot, a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


def test_people_are_listed_until_all_kinds_are_asked_for(page: Client, alice: Membership, recent: dict[str, object]):
    person = an_event(alice, **recent)
    stored(a_bot(organization=alice.organization_id, **recent))

    assert listed(page.get("/events")) == [person.event_id]
    assert len(listed(page.get("/events?kinds=all"))) == 2


def test_a_kind_asked_for_by_name_wins_over_the_switch(page: Client, alice: Membership, recent: dict[str, object]):
    [bot] = stored(a_bot(organization=alice.organization_id, **recent))

    assert listed(page.get(f"/events?kinds=people&kind={Kind.BOT}")) == [bot.event_id]


@pytest.mark.parametrize("query", ["link=winter", f"reason={Reason.PAUSED}", "q=WINTER", "q=198.51.100.9"])
def test_filters_stand_in_the_address(page: Client, alice: Membership, recent: dict[str, object], query: str):
    wanted = an_event(alice, **recent, link_key="winter", path="/in/winter", reason=Reason.PAUSED, ip="198.51.100.9")
    an_event(alice, **recent)

    assert listed(page.get(f"/events?{query}")) == [wanted.event_id]


def test_an_event_is_found_by_click_id_event_id_and_visitor_however_old(page: Client, alice: Membership):
    old = an_event(alice, happened_at=timezone.now() - timedelta(days=300), visitor_id=123_456_789_012_345_678)

    for words in (click_id(old.event_id), click_id(old.event_id).upper(), str(old.event_id), str(old.visitor_id)):
        assert listed(page.get("/events", {"q": words})) == [old.event_id]


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", "{organization_id:UInt32}", "\u202e", "😀", "9" * 30, "-1"])
def test_any_words_can_be_looked_for(page: Client, words: str):
    assert page.get("/events", {"q": words}).status_code == 200


@pytest.mark.parametrize(
    "query", ["after=nonsense", "kind=alien", "reason=whim", "q=%00", "span=1y", "link=" + "x" * 65]
)
def test_filters_that_cannot_be_read_are_said(page: Client, query: str):
    answer = page.get(f"/events?{query}")

    assert answer.status_code == 422
    assert "What could not be read was left out." in answer.text


def test_load_more_walks_the_whole_list(page: Client, alice: Membership, recent: dict[str, object]):
    stored(*(a_click(organization=alice.organization_id, **recent) for _ in range(120)))

    answer, met = page.get("/events"), []
    while True:
        met += listed(answer)
        if not answer.context["next_url"]:
            break
        answer = page.get("/events" + answer.context["next_url"], headers=HTMX)

    assert len(met) == len(set(met)) == 120


def test_the_next_rows_come_without_the_page_around_them(page: Client, alice: Membership, recent: dict[str, object]):
    stored(*(a_click(organization=alice.organization_id, **recent) for _ in range(60)))
    next_url = page.get("/events").context["next_url"]

    part, whole = page.get(f"/events{next_url}", headers=HTMX), page.get(f"/events{next_url}")

    assert part.text.lstrip().startswith("<tr>")
    assert "<html" in whole.text
    assert part.text.count("<tr>") == 10


def test_the_export_has_what_the_list_has(page: Client, alice: Membership, recent: dict[str, object]):
    person = an_event(alice, **recent, query="a=1&a=2")
    stored(a_bot(organization=alice.organization_id, **recent))

    assert [row["event_id"] for row in rows_of(page, "kind=human")] == [str(person.event_id)]
    assert len(rows_of(page)) == 2
    assert rows_of(page, "kind=human")[0]["query"] == "a=1&a=2"


def test_the_export_is_a_file(page: Client):
    answer = page.get("/events?format=csv")

    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "＝", "＠"])
def test_nothing_a_visitor_sent_becomes_a_formula(
    page: Client, alice: Membership, recent: dict[str, object], start: str
):
    formula = f"{start}HYPERLINK(1)"
    an_event(alice, **recent, user_agent=formula)

    cell = rows_of(page)[0]["user_agent"]
    assert cell.startswith("'")
    assert cell.replace("'", "") == formula


@pytest.mark.parametrize("text", ["a;=1", 'a";"=1', "a\t@SUM(1)", "a;＝1"])
def test_nor_where_a_spreadsheet_begins_a_cell_elsewhere(text: str):
    separator = text.index("\t" if "\t" in text else ";") + 1

    assert safe(text) == f"{text[:separator]}'{text[separator:]}"


@pytest.mark.parametrize(
    "text", ["", "plain", "a=b", "2026", "https://example.com/?a=-1", "Bot/2.1 (X11; a; +https://example.com/bot)"]
)
def test_harmless_cells_are_left_alone(text: str):
    assert safe(text) == text


def test_an_event_shows_the_whole_request(page: Client, alice: Membership):
    event = an_event(
        alice,
        query="a=1&a=%32&b&empty=&x=%ff",
        headers=(("accept", "*/*"), ("x-twice", "value-1"), ("x-twice", "value-2")),
        withheld_headers=("cookie", "authorization"),
        scheme="https",
    )

    answer = page.get(f"/events/{event.event_id}")

    assert answer.context["parameters"] == [("a", "1"), ("a", "2"), ("b", ""), ("empty", ""), ("x", "\\xff")]
    assert answer.context["url"] == "https://go.example.com/in/summer?a=1&a=%32&b&empty=&x=%ff"
    assert answer.text.index("value-1") < answer.text.index("value-2")
    assert "Sent but not kept: cookie, authorization." in answer.text


def test_an_event_says_what_was_decided_and_why(page: Client, alice: Membership):
    event = an_event(alice, reason=Reason.PAUSED, status=200, destination="")

    answer = page.get(f"/events/{event.event_id}")

    assert "Refused: the link or its campaign is paused." in answer.text
    assert click_id(event.event_id) in answer.text


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(page: Client, alice: Membership, reason: Reason):
    event = an_event(alice, reason=reason)

    assert page.get(f"/events/{event.event_id}").context["reason"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": Kind.HUMAN}, "Nothing in the request"),
        ({"kind": Kind.BOT}, "known crawler"),
        ({"kind": Kind.BOT, "user_agent": ""}, "names no user agent"),
        ({"kind": Kind.HEAD}, "The method is HEAD"),
        ({"kind": Kind.PREFETCH}, "fetched ahead"),
        ({"kind": Kind.PREFETCH, "headers": (("sec-purpose", "prefetch"),)}, "sec-purpose: prefetch"),
        ({"kind": Kind.PREVIEW, "headers": (("x-purpose", "preview"),)}, "x-purpose: preview"),
        ({"kind": Kind.PREVIEW}, "previews of shared links"),
    ],
)
def test_an_event_says_why_it_is_of_its_kind(page: Client, alice: Membership, fields: dict[str, object], words: str):
    event = an_event(alice, **fields)

    assert words in page.get(f"/events/{event.event_id}").text


def test_an_event_says_what_was_found_and_by_which_definitions(page: Client, alice: Membership):
    event = an_event(alice, country="DE", city="Berlin", place_version=100_002, language="de", language_version=1)

    html = page.get(f"/events/{event.event_id}").content.decode()

    assert "Germany" in html
    assert "Berlin" in html
    assert "German" in html
    assert "100002" in html


def test_what_was_never_looked_for_is_told_from_what_was_not_found(page: Client, alice: Membership):
    event = an_event(alice, referrer_version=1)

    groups = page.get(f"/events/{event.event_id}").context["enrichment"]

    assert {group.title: group.version for group in groups if group.version} == {"Referrer": 1}
    assert all(not group.facts for group in groups)


def test_what_was_erased_is_not_said_never_to_have_come(page: Client, alice: Membership, recent: dict[str, object]):
    nothing = {"user_agent": "", "destination": ""}
    kept = a_click(organization=alice.organization_id, **nothing, **recent)
    gone = a_click(organization=alice.organization_id, **nothing, privacy="erased", **recent)
    stored(kept, gone)

    assert page.get(f"/events/{kept.event_id}").text.count("none sent") == 2
    erased = page.get(f"/events/{gone.event_id}").text
    assert "none sent" not in erased
    assert "The request had none" not in erased
    assert erased.count("Erased with the visitor.") == 2


def test_the_number_of_queries_does_not_grow_with_events(
    page: Client, alice: Membership, recent: dict[str, object], django_assert_num_queries: object
):
    stored(*(a_click(organization=alice.organization_id, **recent) for _ in range(40)))

    with django_assert_num_queries(5):  # type: ignore[operator]  # session, person, seen, member, editions
        assert len(listed(page.get("/events", headers=HTMX))) == 40


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7|add:7 }}", "</pre><b>", "]]>"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_never_run(page: Client, alice: Membership, recent: dict[str, object], text: str):
    event = an_event(
        alice,
        **recent,
        path=f"/in/{text}",
        query=text,
        headers=((text, text),),
        withheld_headers=(text,),
        user_agent=text,
        referrer=text,
        host=text,
        ip=text,
        link_key=text,
        destination=text,
        method=text,
        parameters={text: text},
    )

    for path in (f"/events/{event.event_id}", "/events", "/live/events"):
        answer = page.get(path)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "</pre><b>" not in answer.text


def test_what_draws_nothing_is_written_out(page: Client, alice: Membership):
    event = an_event(alice, user_agent="a\u202eb\u200bc\x00d")

    assert "a\\u202eb\\u200bc\\x00d" in page.get(f"/events/{event.event_id}").text


def test_bytes_that_are_not_utf8_are_shown(page: Client, alice: Membership):
    broken = b"caf\xe9".decode("utf-8", "surrogateescape")
    event = an_event(alice, query=broken, headers=(("x-name", broken),))

    assert page.get(f"/events/{event.event_id}").text.count("caf\\xe9") >= 3
