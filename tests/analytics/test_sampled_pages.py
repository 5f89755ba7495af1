"""Parts of pages that show estimates first and ask for the exact numbers themselves."""

from datetime import timedelta
from random import Random

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.analytics import page as report_page
from apps.analytics.query import sampling
from tests.analytics.make import a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

EXPLORED = "/explore/answer?span=7d&by=country&by=device&metric=clicks&metric=visitors"
PLACES = "/reports/breakdown/places?span=7d&device_type=phone"


@pytest.fixture
def page(page: Client, alice: Membership, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Six days with more events than a sample has."""
    monkeypatch.setattr(sampling, "ROWS", 400)
    monkeypatch.setattr(sampling, "WORTH_ROWS", 2_000)
    chance, now = Random(2), timezone.now()
    stored(
        *(
            a_click(
                now - timedelta(days=chance.random() * 6),
                organization=alice.organization_id,
                country=chance.choice(["DE", "US", "US"]),
                device_type="phone",
            )
            for _ in range(3_000)
        )
    )
    return page


def part(page: Client, address: str, target: str) -> str:
    text: str = page.get(address, headers={"HX-Request": "true", "HX-Target": target}).text
    return text


@pytest.mark.parametrize(("address", "target"), [(EXPLORED, "explored"), (PLACES, "breakdown-places")])
def test_a_part_estimates_first_and_asks_for_everything_itself(page: Client, address: str, target: str):
    first = part(page, address, target)
    exact = part(page, f"{address}&exact=1", target)

    assert f'id="sample-of-{target}"' in first
    assert f'hx-target="#{target}"' in first
    assert "exact=1" in first
    assert "≈" in first
    assert "±" in first
    assert not [mark for mark in ("≈", "sample-of-", "Estimated from") if mark in exact]


def test_a_page_without_javascript_and_a_file_have_the_exact_numbers(page: Client):
    whole = page.get(EXPLORED).text
    file = page.get("/explore?span=7d&by=country&by=device&metric=clicks&format=csv").text

    assert "Estimated from" not in whole
    assert "3,000" in whole
    assert sum(int(line.split(",")[2]) for line in file.splitlines()[1:] if line) == 3_000


def test_when_everything_takes_too_long_the_estimates_stay_and_the_note_says_so(
    page: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(report_page, "Warehouse", _impatient(report_page.Warehouse))

    answer = page.get(f"{EXPLORED}&exact=1", headers={"HX-Request": "true", "HX-Target": "explored"})

    assert answer["HX-Retarget"] == "#sample-of-explored"
    assert answer["HX-Reswap"] == "outerHTML"
    assert "estimated from a part of the events" in answer.text
    assert "<table" not in answer.text


def _impatient(warehouse):  # type: ignore[no-untyped-def]
    """Asks a ClickHouse that is given no time at all: the limit is the server's own."""
    return lambda organization, cached: warehouse(organization, max_execution_s=0.000_001, cached=False)
