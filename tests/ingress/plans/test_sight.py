"""What rules see while the visitor waits is what will be stored, as far as it was asked for."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from apps.ingress.capture import Capture, Request, first_values
from apps.ingress.enrich import STEPS, enrich
from apps.ingress.enrich.snapshot import Tables
from apps.ingress.event import FIELDS, Event
from apps.ingress.line import Decided, decode, encode
from apps.ingress.plans.sight import EVERYTHING, Draft, Sight, asked, needs_of, seen
from tests.ingress.make import NOW_MS, a_request, an_event
from tests.ingress.plans.campaigns import requests

SEEN: dict[str, Any] = {
    "organization_id": 7,
    "event_id": 9,
    "now_ms": NOW_MS,
    "visitor_id": 5,
    "link_id": 70,
    "link_key": "spring",
}
STILL_OPEN: dict[str, Any] = {"status": 302, "reason": "", "destination": "", "retention_days": 0}
EVENT = an_event(ip="203.0.113.9", referrer="https://www.google.com/", parameters={"utm_source": "x", "gclid": "y"})


def as_seen(request: Request) -> tuple[object, ...]:
    captured = Capture().read(request)
    return tuple(seen(captured, first_values(captured.query), **SEEN))


@given(requests())
def test_the_event_is_the_one_that_will_be_decoded(request: Request) -> None:
    decided = Decided(9, NOW_MS, 7, 5, False, 302, "link", 70, "spring", "https://shop.example/", 365)

    kept = decode(encode(Capture().read(request), decided))

    assert as_seen(request) == kept._replace(**STILL_OPEN)


def test_nothing_is_looked_up_that_nobody_asked_for(known_places: Tables) -> None:
    sight = Sight(Draft(EVENT), known_places)

    event = sight.showing(needs_of(["country"]))

    assert (event.country, event.device_type, event.channel) == ("DE", "", "")


@pytest.mark.parametrize(
    "names", [*combinations([step.name for step in STEPS], 1), *combinations(["kind", "channel"], 2)]
)
def test_a_step_finds_the_same_with_only_what_it_builds_on(names: tuple[str, ...], known_places: Tables) -> None:
    steps = [step for step in STEPS if step.name in names]
    columns = [name for step in steps for name in step.fields]

    event = Sight(Draft(EVENT), known_places).showing(needs_of(columns))

    whole = enrich(EVENT, known_places)
    assert {name: getattr(event, name) for name in columns} == {name: getattr(whole, name) for name in columns}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(click=requests())
def test_asked_for_everything_it_is_the_whole_of_enrichment(click: Request, known_places: Tables) -> None:
    captured = Capture().read(click)
    draft = seen(captured, first_values(captured.query), **SEEN)
    event = Event._make(draft)

    assert tuple(Sight(draft, known_places).showing(EVERYTHING)) == enrich(event, known_places)


def test_a_draft_has_the_names_and_places_of_an_event() -> None:
    draft = Draft(EVENT)

    assert [getattr(draft, name) for name in FIELDS] == list(EVENT) == [draft[place] for place in range(len(FIELDS))]


def test_what_the_request_says_itself_needs_no_step() -> None:
    found = {name for step in STEPS for name in step.fields}

    assert needs_of(set(FIELDS) - found) == 0


def test_an_event_that_was_enriched_stays_as_it_is() -> None:
    event = an_event(country="XX", ip="203.0.113.9")

    assert Sight(event).showing(EVERYTHING) is event


def test_what_goes_wrong_is_answered_otherwise() -> None:
    assert asked(Sight(EVENT), 0, lambda event: 1 // event.asn, -1) == -1


def test_the_request_of_the_differential_test_is_a_click() -> None:
    assert as_seen(a_request())[FIELDS.index("path")] == "/in/spring"
