"""What the door decides while the visitor waits is what the trace says of the stored click: random campaigns, random requests."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.ingress.capture import Request
from apps.ingress.enrich.snapshot import Tables
from apps.ingress.event import Reason
from apps.ingress.plans.caps import Cap
from apps.ingress.plans.trace import trace
from tests.ingress.make import a_request
from tests.ingress.plans.campaigns import campaigns, requests
from tests.ingress.plans.make import (
    CAMPAIGN,
    a_campaign_table,
    a_desk,
    a_destination,
    a_document,
    a_rule,
    as_stored,
    shares,
)

DEFAULT = {"default_destination": "https://home.example/"}


class Full:
    """Caps that are full for these owners."""

    def __init__(self, owners: set[int]) -> None:
        self._owners = owners

    def is_full(self, cap: Cap, now_ms: int) -> bool:
        return cap.owner_id in self._owners

    def count(self, cap: Cap, now_ms: int) -> None:
        pass


class Places:
    """Tables that hypothesis need not write out."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables


@pytest.fixture(scope="module")
def places(known_places: Tables) -> Places:
    return Places(known_places)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    document=campaigns(),
    click=requests(),
    status=st.sampled_from(["active", "active", "active", "draft", "paused"]),
    full=st.sets(st.integers(0, 15), max_size=4),
    organization=st.sampled_from([{}, DEFAULT]),
)
def test_the_trace_of_a_stored_click_is_the_decision_of_the_door(
    document: dict[str, Any],
    click: Request,
    status: str,
    full: set[int],
    organization: dict[str, Any],
    places: Places,
) -> None:
    table = a_campaign_table(document, organization=organization, status=status)

    answer = a_desk(table, caps=Full(full), tables=places.tables).answer(click)
    event = as_stored(answer.line, places.tables)
    found = trace(table.campaigns[CAMPAIGN], event, has_default=bool(organization))

    assert event.reason is not Reason.FAULT
    assert (event.routed_campaign_id, event.routed_version) == (CAMPAIGN, 3)
    assert found[:4] == (event.reason, event.rule_id, event.destination_id, event.propensity)
    assert event.destination == answer.location


def test_it_would_be_seen_if_the_two_disagreed(known_places: Tables) -> None:
    phones = {"field": "device_type", "op": "is", "value": "phone"}
    table = a_campaign_table(a_document(a_rule(11, 2, when=phones), fallback=shares(1, 3)))

    event = as_stored(a_desk(table, tables=known_places).answer(a_request()).line, known_places)
    found = trace(table.campaigns[CAMPAIGN], event._replace(device_type="phone"))

    assert (event.reason, found.reason) == (Reason.FALLBACK, Reason.RULE)
    assert a_destination(2)["id"] == found.destination_id
