"""The preview of a long history says an estimate first, and then the exact numbers itself."""

from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.analytics.foreseen_sample import told
from apps.analytics.query import sampling
from apps.analytics.span import Span
from apps.attribution.ledger.orders import apply_now
from apps.attribution.ledger.preview import preview
from apps.attribution.models import Policy, RunDraft
from apps.campaigns.models import Campaign
from apps.ingress.event import Event
from apps.ingress.rules import Term
from tests.analytics.make import a_click, stored
from tests.attribution.ledger.make import A_DAY, MONDAY
from tests.attribution.retroactive import a_draft, an_applied_run
from tests.campaigns.make import a_campaign

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])
SPAN = (MONDAY, MONDAY + 7 * A_DAY)
EVENTS = 3_000


@pytest.fixture
def clicks(alice: Membership) -> list[Event]:
    """A third of them the newsletter's, a quarter German, anywhere in a week."""
    chance = Random(7)
    return stored(
        *(
            a_click(
                MONDAY + timedelta(seconds=chance.randrange(7 * 86_400)),
                organization=alice.organization_id,
                source=chance.choice(["newsletter", "search", "social"]),
                country=chance.choice(["DE", "FR", "IT", "ES"]),
            )
            for _ in range(EVENTS)
        )
    )


@pytest.fixture
def spring(alice: Membership) -> Campaign:
    return a_campaign(alice.organization, "spring", name="Spring")


def sample_soon(monkeypatch: pytest.MonkeyPatch, rows: int = 900) -> None:
    monkeypatch.setattr(sampling, "ROWS", rows)
    monkeypatch.setattr(sampling, "WORTH_ROWS", EVENTS // 2)


def test_the_truth_lies_within_the_error(
    alice: Membership, clicks: list[Event], spring: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_applied_run(spring, {"field": "country", "op": "is", "value": "DE"})
    other = a_campaign(alice.organization, "partner", name="Partner")
    rule = Term("source", "is", "newsletter")
    order = apply_now(other, rule, *SPAN, policy=Policy.OVERRIDE, now=timezone.now())
    sample_soon(monkeypatch)

    found = told(order, Span(*SPAN, ZoneInfo("UTC"), "a week"))

    moved = preview(order).moved
    free, taken = (sum(one.people for one in moved if bool(one.old) is old) for old in (False, True))
    assert found
    assert 0.15 < found.share < 0.6
    assert abs(found.free.value - free) <= found.free.error
    assert abs(found.taken.value - taken) <= found.taken.error
    assert free > taken > 0


def test_a_history_that_is_counted_at_once_is_not_estimated(
    alice: Membership, clicks: list[Event], spring: Campaign
) -> None:
    order = apply_now(spring, Term("source", "is", "newsletter"), *SPAN, policy=Policy.OVERRIDE, now=timezone.now())

    assert told(order, Span(*SPAN, ZoneInfo("UTC"), "a week")) is None


def test_the_page_estimates_first_and_asks_for_everything_itself(
    page: Client, alice: Membership, clicks: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    draft: RunDraft = a_draft(alice, name="Partner")
    address = f"/reports/retroactive/{draft.pk}/preview"
    sample_soon(monkeypatch)

    first = page.get(address, headers={"HX-Request": "true"}).content.decode()
    exact = page.get(f"{address}?exact=1", headers={"HX-Request": "true"}).content.decode()

    assert "Estimated from" in first
    assert f"{address}?exact=1" in first
    assert "Estimated from" not in exact
    assert 'id="before-and-after"' in exact
    assert "Estimated from" not in page.get(address).content.decode()
