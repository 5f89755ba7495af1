"""Whose address the sign-in limits count."""

import pytest

from apps.accounts.client_ip import client_ip

PROXIES = ["10.0.0.0/8", "fd00::/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("fd00::1", "2001:db8::5", "2001:db8::5"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "garbage", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1, garbage", "10.0.0.1"),
    ],
)
def test_the_nearest_address_that_is_no_proxy_counts(peer: str, forwarded_for: str, expected: str) -> None:
    assert client_ip(peer, forwarded_for, PROXIES) == expected


def test_without_trusted_proxies_the_header_is_not_believed() -> None:
    assert client_ip("203.0.113.7", "198.51.100.1", []) == "203.0.113.7"
