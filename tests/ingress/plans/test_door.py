"""A click on a campaign's link, from the request to the answer and its line."""

from dataclasses import replace
from typing import Any, NoReturn

import pytest

from apps.ingress.answer import Answer
from apps.ingress.enrich.snapshot import Tables
from apps.ingress.event import Event, Reason
from apps.ingress.line import decode
from apps.ingress.plans.asking import Ask
from apps.ingress.plans.plan import BadPlan
from apps.ingress.routing import RouteTable
from tests.ingress.make import a_request
from tests.ingress.plans.make import (
    CAMPAIGN,
    a_campaign_table,
    a_desk,
    a_destination,
    a_document,
    a_rule,
    a_unit,
    shares,
)

DEFAULT = {"default_destination": "https://home.example/", "safe_url": "https://safe.example/"}
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"
PHONES = {"field": "device_type", "op": "is", "value": "phone"}
BIG = "x" * 100_000


def clicked(table: RouteTable, target: str = "/in/spring", tables: Tables | None = None, **headers: str) -> Answer:
    return a_desk(table, tables=tables).answer(a_request(target, **headers))


def kept(answer: Answer) -> Event:
    return decode(answer.line)


def host(answer: Answer) -> str:
    return answer.location.removeprefix("https://").partition("/")[0]


def test_a_rule_sends_phones_elsewhere() -> None:
    table = a_campaign_table(a_document(a_rule(11, 2, when=PHONES)))

    assert host(clicked(table, user_agent=PHONE)) == "shop2.example"
    assert host(clicked(table)) == "shop1.example"


def test_the_line_says_what_decided() -> None:
    event = kept(clicked(a_campaign_table(a_document(a_rule(11, 2, 3)))))

    assert (event.reason, event.rule_id, event.propensity, event.capped) == (Reason.RULE, 11, 0.5, ())
    assert (event.routed_campaign_id, event.routed_version, event.link_id) == (CAMPAIGN, 3, 70)
    assert event.destination_id in (2, 3)


def test_a_plain_link_says_nothing_of_campaigns() -> None:
    table = a_campaign_table(a_document())
    table.apply(
        "link:plain", {"organization_id": 7, "link_id": 1, "destination": "https://a.example/", "paused": False}
    )

    answer = clicked(table, "/in/plain")

    assert b"campaign" not in answer.line
    assert kept(answer).routed_campaign_id == 0


@pytest.mark.parametrize(
    ("changes", "document", "reason"),
    [
        ({"status": "paused"}, {}, Reason.PAUSED),
        ({}, {"ends_at": "2020-01-01T00:00:00Z"}, Reason.OUT_OF_DATES),
        ({}, {"fallback": []}, Reason.ORGANIZATION),
    ],
)
def test_what_the_campaign_does_not_take_goes_to_the_organization_s_default(
    changes: dict[str, Any], document: dict[str, Any], reason: Reason
) -> None:
    answer = clicked(a_campaign_table(a_document(**document), organization=DEFAULT, **changes))

    event = kept(answer)
    assert (host(answer), event.reason, event.destination_id, event.propensity) == ("home.example", reason, 0, 0.0)
    assert event.routed_version == 3


def test_without_a_default_it_goes_to_the_safe_page() -> None:
    answer = clicked(a_campaign_table(a_document(fallback=[])))

    assert (answer.status, answer.location, kept(answer).reason) == (404, "", Reason.NO_DESTINATION)


def test_a_link_whose_campaign_is_not_there_goes_to_the_organization_s_default() -> None:
    table = a_campaign_table(a_document(), organization=DEFAULT)
    table.apply(f"campaign:{CAMPAIGN}", None)

    answer = clicked(table)

    assert (host(answer), kept(answer).reason) == ("home.example", Reason.ORGANIZATION)
    assert (kept(answer).routed_campaign_id, kept(answer).routed_version) == (CAMPAIGN, 0)


def test_a_version_is_replaced_whole() -> None:
    table = a_campaign_table(a_document())

    table.apply(f"campaign:{CAMPAIGN}", a_unit(a_document(fallback=shares(4)), version=4))

    assert (host(clicked(table)), kept(clicked(table)).routed_version) == ("shop4.example", 4)


def test_what_cannot_be_read_leaves_the_version_before_in_force() -> None:
    table = a_campaign_table(a_document())
    clicked(table)

    with pytest.raises(BadPlan, match="campaign 5"):
        table.apply(f"campaign:{CAMPAIGN}", a_unit(a_document(a_rule(11, 2, when={"field": "mood", "op": "is"}))))

    assert kept(clicked(table)).routed_version == 3


def test_where_the_request_says_to_go_is_followed_before_the_campaign() -> None:
    answer = clicked(a_campaign_table(a_document()), "/in/spring?to=https://example.com/there")

    assert (kept(answer).reason, kept(answer).routed_campaign_id) == (Reason.VERIFIED, CAMPAIGN)
    assert (kept(answer).routed_version, kept(answer).destination_id) == (0, 0)


def test_a_rule_that_breaks_does_not_hold_and_the_next_is_tried() -> None:
    table = a_campaign_table(a_document(a_rule(11, 2), a_rule(12, 3)))
    first, second = table.campaigns[CAMPAIGN].tried
    broken = replace(first, asks=(Ask(0, _broken),))
    table.campaigns[CAMPAIGN] = replace(table.campaigns[CAMPAIGN], tried=(broken, second))

    assert kept(clicked(table)).rule_id == 12


def _broken(event: Event) -> NoReturn:
    raise ZeroDivisionError


def with_url(url: str, **changes: Any) -> RouteTable:
    return a_campaign_table(a_document(destinations=[a_destination(1, url=url)], **changes))


def test_macros_show_what_is_known_of_the_visitor(known_places: Tables) -> None:
    table = with_url(
        "https://shop.example/?c={country}&r={region}&t={city}&d={device}&o={os}&b={browser}&l={language}&i={click_id}"
    )

    answer = clicked(table, tables=known_places, user_agent=PHONE, accept_language="de-AT")

    assert answer.location.startswith("https://shop.example/?c=DE&r=ENG&t=London&d=phone&o=iOS&b=Safari&l=de&i=")


def test_a_visitor_cannot_say_where_they_are(known_places: Tables) -> None:
    answer = clicked(with_url("https://shop.example/?c={country}&i={click_id}"), "/in/spring?country=XX", known_places)

    assert answer.location.startswith("https://shop.example/?c=DE&i=")


@pytest.mark.parametrize(("target", "said"), [("/in/spring", "spring"), ("/in/spring?campaign=theirs", "theirs")])
def test_the_campaign_s_key_stands_in_for_a_campaign_nobody_names(target: str, said: str) -> None:
    answer = clicked(with_url("https://shop.example/{campaign}?i={click_id}"), target)

    assert answer.location.startswith(f"https://shop.example/{said}?i=")


def test_a_location_that_is_too_long_goes_to_the_safe_page_and_counts_as_sent_nowhere() -> None:
    answer = clicked(with_url("https://shop.example/?a={sub1}"), f"/in/spring?sub1={'x' * 9_000}")

    event = kept(answer)
    assert (event.reason, event.destination_id, event.propensity) == (Reason.TOO_LONG, 0, 0.0)


@pytest.mark.parametrize("value", [BIG, "\xff\xfe", "%ff%00%0d%0a", "%ED%A0%80", "=" * 5_000, "&" * 5_000])
@pytest.mark.parametrize("op", ["is", "contains", "matches", "ends_with"])
def test_hostile_input_never_raises(op: str, value: str) -> None:
    rules = [
        a_rule(11, 2, when={"field": "parameters.a", "op": op, "value": "zz"}),
        a_rule(12, 2, when={"field": "user_agent", "op": op, "value": "zz"}),
        a_rule(13, 2, when={"all": [PHONES, {"field": "language", "op": "is", "value": "de"}]}),
    ]
    document = a_document(
        *rules, sticky="address", fallback=shares(1, 2, 3), parameters={"others": "forward", "named": []}
    )

    answer = clicked(
        a_campaign_table(document), f"/in/spring?a={value}&utm_source={value}", user_agent=value, accept_language=value
    )

    assert kept(answer).reason is not Reason.FAULT
    assert answer.location.isascii()
    assert len(answer.location) <= 8_000
