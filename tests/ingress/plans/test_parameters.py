"""Parameters of a click on their way to the destination."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ingress.answer import LOCATION_MAX_CHARS
from apps.ingress.capture import parameters_of
from apps.ingress.destination import parse
from apps.ingress.plans.parameters import NEVER, Policy, appended
from tests.ingress.make import a_request
from tests.ingress.plans.make import a_campaign_table, a_desk, a_destination, a_document

FORWARD_ALL = {"others": "forward", "named": []}


def private(name: str) -> dict[str, str]:
    return {"name": name, "do": "private", "as": ""}


def renamed(name: str, new: str) -> dict[str, str]:
    return {"name": name, "do": "rename", "as": new}


def forwarded(query: str, *named: dict[str, str], others: str = "drop", url: str = "https://shop.example/") -> str:
    policy = Policy.read({"others": others, "named": list(named)})
    return appended(url, policy.forwarded(parameters_of(query), parse(url).names()), 500)


@pytest.mark.parametrize(
    ("query", "named", "others", "expected"),
    [
        ("a=1&b=2", [], "drop", ""),
        ("a=1&b=2&a=3&c", [], "forward", "?a=1&b=2&a=3&c="),
        ("a=1&b=2", [private("a")], "forward", "?b=2"),
        ("a=1&b=2", [{"name": "a", "do": "forward", "as": ""}], "drop", "?a=1"),
        ("sub1=x&b=2", [renamed("sub1", "s1")], "drop", "?s1=x"),
        ("s1=theirs&sub1=x", [renamed("sub1", "s1")], "forward", "?s1=x"),
        ("a=1&b=2", [renamed("a", "b"), renamed("b", "a")], "drop", "?b=1&a=2"),
        ("A=1&a=2", [private("a")], "forward", "?A=1"),
        ("=1&&=", [], "forward", ""),
        ("to=x&sig=y&exp=1&org=o&trl_click=z&a=1", [renamed("to", "t"), renamed("a", "sig")], "forward", ""),
    ],
)
def test_the_policy_says_what_goes_on(query: str, named: list[dict[str, str]], others: str, expected: str) -> None:
    assert forwarded(query, *named, others=others) == f"https://shop.example/{expected}"


def test_the_destination_s_own_parameters_win() -> None:
    url = "https://shop.example/?a={sub1}&p%C3%A4r=1#a=b"

    found = forwarded("a=1&p%C3%A4r=2&c=3", others="forward", url=url)

    assert found == "https://shop.example/?a={sub1}&p%C3%A4r=1&c=3#a=b"


def test_values_are_escaped_byte_for_byte() -> None:
    assert (
        forwarded("a=%0d%0aX:1&b=%ff%26&%23=+", others="forward").partition("?")[2] == "a=%0D%0AX%3A1&b=%FF%26&%23=%20"
    )


def test_what_does_not_fit_is_left_out_and_the_rest_goes_on() -> None:
    assert forwarded(f"a=1&b={'x' * 600}&c=3", others="forward") == "https://shop.example/?a=1&c=3"


@given(st.binary(max_size=200), st.sampled_from(sorted(NEVER)))
def test_whatever_a_query_says_the_location_stays_one(raw: bytes, never: str) -> None:
    query = raw.decode("latin-1") + f"&{never}=evil"

    found = forwarded(query, others="forward")

    assert found.isascii()
    assert found.isprintable()
    assert " " not in found
    assert found.startswith("https://shop.example/")
    assert "evil" not in found or f"{never}=" not in found


def location(query: str, url: str, parameters: dict[str, Any]) -> str:
    document = a_document(destinations=[a_destination(1, url=url)], parameters=parameters)
    return a_desk(a_campaign_table(document)).answer(a_request(f"/in/spring?{query}")).location


def test_a_click_takes_its_parameters_along() -> None:
    found = location("sub1=x&gclid=y", "https://shop.example/?c={click_id}&s={sub1}", FORWARD_ALL)

    assert found.endswith("&s=x&sub1=x&gclid=y")


def test_the_click_id_goes_along_however_much_is_forwarded() -> None:
    found = location("&".join(f"a{n}={'x' * 90}" for n in range(150)), "https://shop.example/", FORWARD_ALL)

    assert "trl_click=" in found
    assert LOCATION_MAX_CHARS - 100 < len(found) <= LOCATION_MAX_CHARS


def test_nothing_of_a_policy_that_is_not_known_is_guessed() -> None:
    with pytest.raises(ValueError, match="nothing known is done"):
        Policy.read({"others": "drop", "named": [{"name": "a", "do": "encrypt", "as": ""}]})
