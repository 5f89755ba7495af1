"""The ladder: rules in order, the campaign's fallback, and why a campaign takes no click."""

from datetime import timedelta
from typing import Any

import pytest

from apps.ingress.event import Event, Kind, Reason
from apps.ingress.plans.caps import NO_CAPS, Cap, Of, Per
from apps.ingress.plans.decide import Routed, count, routed
from apps.ingress.plans.plan import Plan
from apps.ingress.plans.sight import Sight
from tests.ingress.make import NOW, NOW_MS, an_event
from tests.ingress.plans.make import a_destination, a_plan, a_rule, shares

GERMAN = {"field": "country", "op": "is", "value": "DE"}
CLICKS = {"of": "clicks", "per": "day", "limit": 10}


class Counted:
    """Caps that are full for these owners, and what was counted."""

    def __init__(self, *full: int) -> None:
        self.full = full
        self.counted: list[int] = []

    def is_full(self, cap: Cap, now_ms: int) -> bool:
        return cap.owner_id in self.full

    def count(self, cap: Cap, now_ms: int) -> None:
        self.counted.append(cap.owner_id)


def sent(plan: Plan, event: Event | None = None, caps: Any = NO_CAPS, now_ms: int = NOW_MS) -> Routed:
    return routed(plan, event or an_event(country="DE"), now_ms, caps)


def answer(found: Routed) -> tuple[str, int, int]:
    return found.reason, found.rule_id, found.destination_id


def at(**ahead: int) -> str:
    return (NOW + timedelta(**ahead)).isoformat().replace("+00:00", "Z")


def test_the_first_rule_that_holds_counts() -> None:
    plan = a_plan(a_rule(11, 2, when={"not": GERMAN}), a_rule(12, 3, when=GERMAN), a_rule(13, 4))

    assert answer(sent(plan)) == (Reason.RULE, 12, 3)
    assert answer(sent(plan, an_event(country="AT"))) == (Reason.RULE, 11, 2)


def test_without_a_rule_that_holds_the_fallback_counts() -> None:
    assert answer(sent(a_plan(a_rule(11, 2, when={"not": GERMAN})))) == (Reason.FALLBACK, 0, 1)


def test_with_neither_nothing_is_decided() -> None:
    found = sent(a_plan(fallback=[]))

    assert answer(found) == (Reason.NO_DESTINATION, 0, 0)
    assert found.propensity == 0


def test_a_paused_rule_is_passed_over() -> None:
    assert answer(sent(a_plan(a_rule(11, 2, paused=True), a_rule(12, 3)))) == (Reason.RULE, 12, 3)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "takes"),
    [
        (None, None, True),
        (at(seconds=-1), at(seconds=1), True),
        (at(), None, True),
        (at(seconds=1), None, False),
        (None, at(), False),
    ],
)
def test_a_rule_takes_clicks_from_its_start_until_before_its_end(
    starts_at: str | None, ends_at: str | None, *, takes: bool
) -> None:
    plan = a_plan(a_rule(11, 2, starts_at=starts_at, ends_at=ends_at))

    assert (sent(plan).rule_id == 11) is takes


def test_a_rule_that_is_full_is_passed_over_and_named() -> None:
    plan = a_plan(a_rule(11, 2, caps=[CLICKS]), a_rule(12, 3))

    found = sent(plan, caps=Counted(11))

    assert (answer(found), found.capped) == ((Reason.RULE, 12, 3), (11,))


def test_what_is_paused_or_full_is_not_chosen_and_the_propensity_says_so() -> None:
    destinations = [a_destination(1), a_destination(2, paused=True), a_destination(3, caps=[CLICKS]), a_destination(4)]
    plan = a_plan(a_rule(11, 2, 3, 4), destinations=destinations)

    found = sent(plan, caps=Counted(3))

    assert (answer(found), found.capped, found.propensity) == ((Reason.RULE, 11, 4), (3,), 1.0)
    assert {sent(plan, an_event(visitor_id=n)).propensity for n in range(50)} == {0.5}


def test_a_rule_with_nothing_left_leaves_its_clicks_to_the_fallback_and_not_to_the_next_rule() -> None:
    destinations = [a_destination(1), a_destination(2, caps=[CLICKS]), a_destination(3)]
    plan = a_plan(a_rule(11, 2), a_rule(12, 3), destinations=destinations)

    found = sent(plan, caps=Counted(2))

    assert (answer(found), found.capped) == ((Reason.FALLBACK, 11, 1), (2,))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "paused"}, Reason.PAUSED),
        ({"status": "archived"}, Reason.PAUSED),
        ({"starts_at": at(days=1)}, Reason.OUT_OF_DATES),
        ({"ends_at": at()}, Reason.OUT_OF_DATES),
    ],
)
def test_a_campaign_that_is_closed_says_why(changes: dict[str, Any], reason: Reason) -> None:
    assert answer(sent(a_plan(a_rule(11, 2), **changes))) == (reason, 0, 0)


def test_a_campaign_that_is_full_says_so() -> None:
    found = sent(a_plan(a_rule(11, 2), caps=[CLICKS]), caps=Counted(0))

    assert (answer(found), found.capped) == ((Reason.FULL, 0, 0), (0,))


def test_a_draft_s_links_route() -> None:
    assert sent(a_plan(a_rule(11, 2), status="draft")).reason is Reason.RULE


@pytest.mark.parametrize("status", ["draft", "active"])
def test_a_visitor_is_sent_to_the_same_destination_every_time(status: str) -> None:
    plan = a_plan(fallback=shares(1, 2, 3, 4), status=status)

    once = [sent(plan, an_event(visitor_id=n)).destination_id for n in range(40)]

    assert once == [sent(plan, an_event(visitor_id=n, ip="192.0.2.1")).destination_id for n in range(40)]
    assert set(once) == {1, 2, 3, 4}


def test_who_keeps_no_cookie_is_sent_by_address_and_agent() -> None:
    plan = a_plan(fallback=shares(1, 2, 3, 4), sticky="address")

    found = {sent(plan, an_event(visitor_id=n, ip="192.0.2.1")).destination_id for n in range(40)}

    assert len(found) == 1


def counted(plan: Plan, event: Event, caps: Counted) -> list[int]:
    count(plan, sent(plan, event, caps), Sight(event), NOW_MS, caps)
    return sorted(caps.counted)


def test_a_person_s_click_counts_for_campaign_rule_and_destination() -> None:
    destinations = [a_destination(1, caps=[CLICKS]), a_destination(2, caps=[CLICKS])]
    plan = a_plan(a_rule(11, 2, caps=[CLICKS, {**CLICKS, "per": "ever"}]), destinations=destinations, caps=[CLICKS])

    assert counted(plan, an_event(), Counted()) == [0, 2, 11, 11]


def test_only_people_are_counted() -> None:
    assert counted(a_plan(caps=[CLICKS]), an_event(kind=Kind.BOT), Counted()) == []


def test_a_click_that_is_sent_nowhere_of_the_campaign_s_counts_nowhere() -> None:
    assert counted(a_plan(caps=[CLICKS]), an_event(), Counted(0)) == []


def test_conversions_are_asked_for_and_not_counted_here() -> None:
    caps = Counted()
    plan = a_plan(caps=[{"of": "conversions", "per": "ever", "limit": 5}])

    assert counted(plan, an_event(), caps) == []
    assert plan.caps == (Cap(5, 0, Of.CONVERSIONS, Per.EVER, 5, "Europe/Berlin"),)
    assert sent(plan, caps=Counted(0)).reason is Reason.FULL
