"""The steps together: each sees what it builds on, and nothing else of the event changes."""

import pytest

from apps.ingress.capture import first_values
from apps.ingress.enrich import STAGES, STEPS, enrich
from apps.ingress.enrich.snapshot import builtin_tables
from apps.ingress.event import FIELDS, Event
from apps.ingress.labelling import Label
from tests.ingress.make import an_event

TABLES = builtin_tables()
FEEDS = (
    "utm_source=feedburner&utm_medium=feed&utm_campaign=Feed:+acme/main+(acme.example+-+Alice)",
    "utm_source=Feedburner&utm_medium=feed&utm_campaign=Feed%3A%20acme%2Fmain%20%28acme.example%20-%20Alice%29",
    "utm_source=feedburner&utm_medium=feed&utm_campaign=Feed%253A%2Bacme%252Fmain".replace("%2B", "%20")
    + "%2520(acme.example%2520-%2520alice)",
)


def found(query: str = "", **changes: object) -> Event:
    return enrich(an_event(query=query, parameters=first_values(query), **changes), TABLES)


def test_steps_stand_in_the_order_of_the_fields() -> None:
    fields = tuple(field for step in STEPS for field in step.fields)

    assert (*fields, *Label._fields) == FIELDS[FIELDS.index("country") :]
    assert sorted(step.name for stage in STAGES for step in stage) == sorted(step.name for step in STEPS)


def test_a_paid_click_from_end_to_end() -> None:
    event = found(
        "gclid=Cj0K&utm_campaign=Spring%20Sale",
        host="go.acme.example",
        path="/in/spring",
        referrer="https://www.google.de/",
        destination="https://shop.acme.example/pots?trl_click=x",
        reason="link",
    )

    assert (event.referrer_name, event.referrer_medium) == ("Google", "search")
    assert (event.ad_network, event.ad_click_id, event.ad_is_paid) == ("google", "Cj0K", True)
    assert (event.campaign_key, event.utm_campaign) == ("spring", "spring sale")
    assert event.landing_page == "shop.acme.example/pots"
    assert (event.source, event.medium, event.channel) == ("google", "cpc", "Paid Search")


def test_one_campaign_of_a_feed_is_one() -> None:
    events = [found(query) for query in FEEDS]

    assert {(event.utm_source, event.utm_medium, event.utm_campaign) for event in events} == {
        ("feedburner", "feed", "feed: acme/main (acme.example - alice)")
    }


def test_every_step_names_its_version() -> None:
    event = found()

    assert all(getattr(event, step.fields[-1]) > 0 for step in STEPS)


def test_what_the_request_was_is_not_touched() -> None:
    event = an_event(query="utm_source=A", referrer="https://a.example/", user_agent="\udcff")

    assert enrich(event, TABLES)[: FIELDS.index("country")] == event[: FIELDS.index("country")]


def test_enriching_twice_is_enriching_once() -> None:
    once = found("utm_source=x&gclid=y", referrer="https://t.co/")

    assert enrich(once, TABLES) == once


@pytest.mark.parametrize(
    "text", ["\udcff\udcfe", "\ud800", "\x00", "%" * 9_000, "a" * 100_000, "http://[", "xn--", "../../", "' OR 1"]
)
def test_hostile_text_anywhere_is_no_fault(text: str) -> None:
    event = an_event(
        referrer=text,
        host=text,
        path=f"/in/{text}",
        query=f"utm_source={text}",
        parameters={"utm_source": text, text: text, "gclid": text},
        destination=text,
        reason="link",
        user_agent=text,
        ip=text,
        headers=(("Accept-Language", text),),
    )

    got = enrich(event, TABLES)

    assert max(len(got.utm_source), len(got.landing_page)) <= 500
    assert max(len(got.campaign_key), len(got.ad_click_id), len(got.referrer_domain), len(got.source)) <= 200
