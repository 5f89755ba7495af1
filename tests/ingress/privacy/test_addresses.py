"""Addresses reduced: what is left of each, and what nobody can tell from it."""

import pytest

from apps.ingress.privacy.addresses import hash_of, network_of, reduced, says_an_address

KEY, OTHER = b"k" * 32, b"o" * 32


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("0.0.0.1", "0.0.0.0"),
        ("2001:db8:1234:5678::9", "2001:db8:1234::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("host.example.com", ""),
        ("203.0.113.77, 10.0.0.1", ""),
        ("", ""),
    ],
)
def test_a_network_is_what_many_share(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("how", "left"),
    [("full", "203.0.113.77"), ("truncated", "203.0.113.0"), ("hashed", hash_of("203.0.113.77", KEY)), ("none", "")],
)
def test_each_way_leaves_what_it_says(how: str, left: str) -> None:
    assert reduced("203.0.113.77", how, lambda: KEY) == left


def test_a_hash_is_the_same_under_one_key_and_another_under_another() -> None:
    assert hash_of("203.0.113.77", KEY) == hash_of("203.0.113.77", KEY)
    assert len({hash_of(address, key) for address in ("203.0.113.77", "203.0.113.78") for key in (KEY, OTHER)}) == 4


def test_a_hash_says_what_it_is_and_not_of_what() -> None:
    hashed = hash_of("203.0.113.77", KEY)

    assert hashed.startswith("hash-")
    assert "203" not in hashed.removeprefix("hash-")[:3] or "203.0.113" not in hashed


def test_no_address_has_no_hash() -> None:
    assert reduced("", "hashed", lambda: KEY) == ""


@pytest.mark.parametrize(
    ("name", "value", "tells"),
    [
        ("X-Forwarded-For", "198.51.100.1", True),
        ("forwarded", "for=198.51.100.1", True),
        ("From", "alice@example.com", True),
        ("X-Made-Up", "client=203.0.113.77;", True),
        ("User-Agent", "curl/8", False),
        ("Accept-Language", "de", False),
    ],
)
def test_headers_that_tell_an_address_are_known_by_name_or_by_what_they_say(name: str, value: str, tells: bool) -> None:
    assert says_an_address(name, value, "203.0.113.77") == tells


def test_without_an_address_nothing_is_found_in_a_header() -> None:
    assert not says_an_address("User-Agent", "curl/8", "")
