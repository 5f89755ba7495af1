"""A stranger's word may hold the letter that divides the fields of a key: nothing breaks, and it is shown and narrowed to."""

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.analytics.query.dimensions import SEPARATOR, dimension_of
from apps.ingress.rules import Term
from tests.analytics.make import a_click, stored

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

WORD = f"one{SEPARATOR}two"
SAID = dict.fromkeys(
    ("source", "medium", "channel", "utm_campaign", "utm_term", "utm_content", "campaign_key", "referrer_domain", "link_key",
     "landing_page", "city", "browser", "as_name", "device_model"),
    WORD,
)  # fmt: skip


def test_a_word_with_a_separator_is_one_word() -> None:
    source, city = dimension_of("source"), dimension_of("city")
    assert source
    assert city

    assert source.parts(WORD) == [WORD]
    assert source.rule(WORD) == Term("source", "is", WORD)
    assert city.parts(f"DE{SEPARATOR}BY{SEPARATOR}{WORD}") == ["DE", "BY", WORD]


@pytest.mark.parametrize(
    "address",
    [
        "/reports/breakdown/sources?kinds=all", "/reports/breakdown/sources?kinds=all&tab=campaign",
        "/reports/breakdown/links?kinds=all", "/reports/breakdown/places?kinds=all&tab=city", "/reports/movers?kinds=all",
        "/explore/answer?kinds=all&by=source", "/explore/answer?kinds=all&by=city&by=model",
        "/explore/answer?kinds=all&by=term&series=1",
        "/reports/values?kinds=all&add=source&value=one",
    ],
)  # fmt: skip
def test_no_report_breaks_on_it(page: Client, alice: Membership, recent: dict[str, object], address: str) -> None:
    stored(a_click(organization=alice.organization_id, country="DE", region="BY", **SAID, **recent))

    assert page.get(address).status_code == 200
