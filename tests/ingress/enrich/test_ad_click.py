"""The mark of an ad network on a click."""

import pytest

from apps.ingress.capture import first_values
from apps.ingress.enrich.ad_click import AdClick, AdClicks, ad_click
from apps.ingress.enrich.builtin import AdClickRow, ad_click_rows
from tests.ingress.make import an_event

TABLE = AdClicks(ad_click_rows())


def found(query: str) -> AdClick:
    return ad_click(an_event(query=query, parameters=first_values(query)), TABLE)


@pytest.mark.parametrize(
    ("query", "network", "click_id", "is_paid"),
    [
        ("gclid=Cj0K", "google", "Cj0K", True),
        ("GCLID=Cj0K", "google", "Cj0K", True),
        ("wbraid=1", "google", "1", True),
        ("msclkid=ab", "microsoft", "ab", True),
        ("fbclid=IwAR", "meta", "IwAR", False),
        ("ScCid=s", "snapchat", "s", True),
        ("ranSiteID=r", "rakuten", "r", True),
        ("yclid=7", "yandex", "7", True),
        ("_kx=k", "klaviyo", "k", False),
        ("fbclid=f&gclid=g", "google", "g", True),
        ("gad_source=1&gclid=g&gclsrc=aw.ds", "google", "g", True),
        ("gclid=&fbclid=f", "meta", "f", False),
        ("x=1", "", "", False),
        ("gclid", "", "", False),
    ],
)
def test_network_id_and_whether_it_was_paid(query: str, network: str, click_id: str, is_paid: bool) -> None:
    assert found(query)[:3] == (network, click_id, is_paid)


def test_an_id_is_cut_and_keeps_its_case() -> None:
    assert found(f"gclid=Ab{'x' * 500}").ad_click_id == f"Ab{'x' * 198}"


def test_an_id_loses_what_cannot_be_seen() -> None:
    assert found("gclid=a%00%E2%80%8Bb").ad_click_id == "ab"


def test_the_lowest_priority_counts() -> None:
    table = AdClicks([AdClickRow("a", "late", "cpc", True, 9), AdClickRow("b", "early", "cpc", True, 1)], revision=3)
    event = an_event(parameters={"a": "1", "b": "2"})

    assert ad_click(event, table) == AdClick("early", "2", True, 100_003)
