"""What kind of network a click came through: a hoster's, a VPN, a proxy, Tor, a crawler's. Most are none of these."""

from apps.ingress.enrich.networks import Network, Networks
from apps.ingress.event import Event


def network(event: Event, networks: Networks) -> Network:
    """Looks at the address and at what `place` found. Source: the table of networks, and an Anonymous-IP file if there is one."""
    return networks.of(event.ip, event.asn, event.as_name)
