"""The page the visitor came to."""

import pytest

from apps.ingress.enrich.landing_page import landing_page
from apps.ingress.event import Origin, Reason
from tests.ingress.make import an_event


@pytest.mark.parametrize(
    ("destination", "page"),
    [
        ("https://shop.example.com/pots?trl_click=abc#top", "shop.example.com/pots"),
        ("https://Shop.Example.com/Pots/", "shop.example.com/Pots"),
        ("https://shop.example.com", "shop.example.com"),
        ("https://shop.example.com/?a=1", "shop.example.com"),
        ("https://shop.example.com#top", "shop.example.com"),
        ("http://shop.example.com:8080/pots", "shop.example.com/pots"),
        ("https://somebody:secret@shop.example.com/pots", "shop.example.com/pots"),
        ("https://xn--bcher-kva.example/a", "bücher.example/a"),
        ("", ""),
    ],
)
def test_host_and_path_of_the_destination(destination: str, page: str) -> None:
    assert landing_page(an_event(destination=destination, reason=Reason.LINK)).landing_page == page


@pytest.mark.parametrize("reason", [Reason.PAUSED, Reason.UNKNOWN_KEY, Reason.FAULT])
def test_a_refused_click_came_to_no_page(reason: Reason) -> None:
    event = an_event(destination="https://safe.example.com/", reason=reason)

    assert landing_page(event).landing_page == ""


def test_a_request_of_an_imported_log_is_its_own_page() -> None:
    event = an_event(origin=Origin.IMPORT, host="www.example.com", path="/pots/", status=200)

    assert landing_page(event).landing_page == "www.example.com/pots"
    assert landing_page(event._replace(status=404)).landing_page == ""


def test_a_long_page_is_cut() -> None:
    event = an_event(destination=f"https://example.com/{'x' * 5_000}", reason="link")

    assert len(landing_page(event).landing_page) == 500
