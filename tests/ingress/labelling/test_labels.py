"""Which campaign a new click goes to, and the reason when it goes to none."""

from typing import Any

import pytest

from apps.ingress.event import Event
from apps.ingress.labelling import Label, Labels, Line, dump, labelled, lines_of, parse
from apps.ingress.rules import EVERYTHING, Rule, Term
from apps.ingress.rules import parse as parse_rule
from tests.ingress.make import an_event

SPRING, SUMMER, AUTUMN = 7, 8, 9


def source(name: str) -> Rule:
    return Term("source", "is", name)


def routed(campaign_id: int) -> Rule:
    return Term("routed_campaign_id", "is", campaign_id)


def campaign_of(labels: Labels, **fields: Any) -> int:
    return labels.of(an_event(**fields)).label_campaign_id


def reason_of(labels: Labels, **fields: Any) -> str:
    return labels.of(an_event(**fields)).label_reason


def test_the_first_rule_that_holds_names_the_click() -> None:
    labels = Labels(3, [Line(SPRING, source("google"), run_id=4, version=2), Line(SUMMER, EVERYTHING)])

    assert labels.of(an_event(source="google")) == Label(SPRING, 4, 2, 3, "")
    assert labels.of(an_event(source="bing")) == Label(SUMMER, 0, 0, 3, "")


@pytest.mark.parametrize(("lines", "expected"), [
    ([Line(SPRING, source("google")), Line(SUMMER, routed(SUMMER))], SPRING),
    ([Line(SUMMER, routed(SUMMER)), Line(SPRING, source("google"))], SUMMER),
    ([Line(AUTUMN, source("bing")), Line(SUMMER, routed(SUMMER)), Line(SPRING, source("google"))], SUMMER),
    ([Line(AUTUMN, routed(AUTUMN)), Line(SPRING, source("google")), Line(SUMMER, routed(SUMMER))], SPRING),
])  # fmt: skip
def test_a_routed_click_is_claimed_in_the_same_order(lines: list[Line], expected: int) -> None:
    assert campaign_of(Labels(1, lines), source="google", routed_campaign_id=SUMMER) == expected


def test_two_campaigns_that_want_the_same_routed_clicks_take_turns_by_their_order() -> None:
    labels = Labels(1, [Line(SPRING, routed(SUMMER)), Line(SUMMER, routed(SUMMER))])

    assert campaign_of(labels, routed_campaign_id=SUMMER) == SPRING


def test_without_a_rule_there_is_no_campaign_and_a_reason() -> None:
    labels = Labels(5, [Line(SPRING, source("google"))], keys=["spring"])

    assert labels.of(an_event(source="bing")) == Label(0, 0, 0, 5, "no_key")
    assert reason_of(labels, campaign_key="spring") == "no_rule"
    assert reason_of(labels, campaign_key="распродажа") == "unknown_key"
    assert reason_of(Labels(0), campaign_key="spring") == "unknown_key"


def test_a_link_without_a_campaign_is_not_unknown() -> None:
    assert reason_of(Labels(0), campaign_key="home", link_id=12) == "no_rule"


@pytest.mark.parametrize("paused", [source("google"), routed(SPRING)])
def test_what_a_paused_campaign_would_have_had_says_so(paused: Rule) -> None:
    labels = Labels(1, [Line(SUMMER, source("bing"))], paused=[paused])

    assert reason_of(labels, source="google", routed_campaign_id=SPRING) == "paused"
    assert campaign_of(labels, source="bing", routed_campaign_id=SPRING) == SUMMER


def test_the_label_is_written_on_the_event_and_nothing_else_is_changed() -> None:
    event = an_event(source="google", query="a=1")

    named = labelled(event, Labels(3, [Line(SPRING, EVERYTHING)]))

    assert isinstance(named, Event)
    assert named == event._replace(label_campaign_id=SPRING, label_edition=3)


def test_a_document_is_read_as_it_was_written() -> None:
    lines = [Line(SPRING, parse_rule({"all": [{"field": "source", "op": "is", "value": "google"}]}), 4, 2)]
    document = dump(lines, [Line(SUMMER, routed(SUMMER))], ["Spring"])

    assert lines_of(document, "lines") == lines
    assert document["keys"] == ["spring"]
    assert parse(document, 6).of(an_event(source="google")) == Label(SPRING, 4, 2, 6, "")


def test_a_line_that_cannot_be_read_names_nothing_and_the_others_do() -> None:
    document = dump([Line(SPRING, source("google")), Line(SUMMER, source("google"))])
    document["lines"][0]["rule"] = {"field": "no such field", "op": "is", "value": "x"}

    assert campaign_of(parse(document, 1), source="google") == SUMMER
