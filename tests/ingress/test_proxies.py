"""Which address a request is said to come from."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from apps.ingress.proxies import REMEMBERED, Proxies

OURS = ("10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32")
addresses = some.one_of(
    some.ip_addresses().map(str),
    some.ip_addresses(network="10.0.0.0/7").map(str),
    some.ip_addresses(network="2001:db8::/31").map(str),
)


def as_ipaddress_says(text: str) -> bool:
    try:
        return any(ip_address(text) in ip_network(network) for network in OURS)
    except ValueError:
        return False


@given(some.one_of(addresses, some.text(max_size=40), some.from_regex(r"\A[0-9.]{1,16}\Z")))
@example("010.0.0.1")
@example("10.1")
@example("10.0.0.1\x00")
@example("fe80::1%eth0")
@example("::ffff:10.0.0.1")
@example("192.0.2.7")
def test_an_address_is_ours_when_a_network_of_ours_has_it(text: str) -> None:
    assert Proxies(OURS).are(text) == as_ipaddress_says(text)


@given(some.lists(addresses, min_size=1, max_size=5))
def test_the_address_is_the_last_that_is_not_ours(hops: list[str]) -> None:
    foreign = [hop for hop in hops if not as_ipaddress_says(hop)]

    found = Proxies(OURS).address("10.0.0.1", ", ".join(hops))

    assert found == (foreign[-1] if foreign else hops[0])


@pytest.mark.parametrize("hops", ["", ",", "6.6.6.6,", "6.6.6.6, unknown", "6.6.6.6, 1.2.3.4:80", "6.6.6.6, é"])
def test_nothing_is_read_behind_what_is_no_address(hops: str) -> None:
    assert Proxies(OURS).address("10.0.0.1", hops) == "10.0.0.1"


def test_a_flood_of_made_up_addresses_is_not_remembered() -> None:
    proxies = Proxies(OURS)

    for number in range(REMEMBERED + 500):
        proxies.are(f"2a00::{number:x}")

    assert len(proxies._standing) == REMEMBERED


def test_without_networks_nobody_is_believed() -> None:
    assert not Proxies()
    assert not Proxies().are("10.0.0.1")
