"""The address a person's browser has, for the rate limits of signing in."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network


def client_ip(peer: str, forwarded_for: str, trusted_proxies: Sequence[str]) -> str:
    """The nearest address that is not one of our proxies: the peer, unless it is trusted to have forwarded another's.

    Read from the right, where our own proxies write; what stands further left the client may have invented.
    """
    networks = [ip_network(proxy, strict=False) for proxy in trusted_proxies]
    nearest = peer
    for hop in [peer, *reversed(forwarded_for.split(","))]:
        try:
            address = ip_address(hop.strip())
        except ValueError:
            return nearest
        nearest = str(address)
        if not any(address in network for network in networks):
            return nearest
    return nearest
