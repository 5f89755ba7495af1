"""What the link's author said, whatever the tool and however often it was encoded."""

import pytest

from apps.ingress.capture import first_values
from apps.ingress.enrich.utm import NAMES, NOTHING, Utm, utm
from tests.ingress.make import an_event


def found(query: str) -> Utm:
    return utm(an_event(query=query, parameters=first_values(query)))


def test_all_six_are_read() -> None:
    query = "utm_source=News&utm_medium=Email&utm_campaign=Spring&utm_term=pots&utm_content=top&utm_id=7"

    assert found(query)[:6] == ("news", "email", "spring", "pots", "top", "7")


@pytest.mark.parametrize(
    "query",
    [
        "utm_campaign=spring%20sale",
        "utm_campaign=Spring+Sale",
        "utm_campaign=spring%2520sale",
        "UTM_Campaign=SPRING%20SALE",
        "utm_campaign=%20spring%20%20sale%20",
        "mtm_campaign=spring%20sale",
        "pk_campaign=spring%20sale",
        "utm_source=&amp;utm_campaign=spring%20sale",
        "utm_campaign=&utm_campaign=spring%20sale",
        "utm_campaign=&x=1&utm_campaign=%20&UTM_CAMPAIGN=spring%20sale",
    ],
)
def test_one_campaign_written_in_many_ways_is_one(query: str) -> None:
    assert found(query).utm_campaign == "spring sale"


@pytest.mark.parametrize("name", NAMES["utm_source"])
def test_other_tools_names_of_the_source_count(name: str) -> None:
    assert found(f"{name}=news").utm_source == "news"


@pytest.mark.parametrize(
    ("query", "source"),
    [
        ("ref=a&utm_source=b", "b"),
        ("utm_source=b&ref=a", "b"),
        ("via=a&source=b", "b"),
        ("utm_source=&ref=a", "a"),
        ("utm_source=one&utm_source=two", "one"),
    ],
)
def test_utm_goes_before_its_aliases_and_the_first_value_before_later_ones(query: str, source: str) -> None:
    assert found(query).utm_source == source


def test_text_that_was_not_utf8_is_the_same_campaign() -> None:
    assert found("utm_campaign=caf%E9").utm_campaign == found("utm_campaign=caf%C3%A9").utm_campaign == "café"


def test_a_request_that_says_nothing_shares_one_answer() -> None:
    assert found("sub1=x&cid=9") is NOTHING


@pytest.mark.parametrize(
    "query", ["utm_source=%ED%A0%80", "utm_source=" + "%25" * 9_000, "=&=&&utm_source", "%=%&utm_source=%"]
)
def test_hostile_queries_are_no_fault(query: str) -> None:
    assert len(found(query).utm_source) <= 500
