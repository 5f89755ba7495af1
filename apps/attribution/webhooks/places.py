"""Where messages may go. A name is looked up for each sending, and what was looked at is what is connected to."""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from django.conf import settings

PRIVATE = "{} leads to {}, which is not an address of the public internet."


class BadPlace(Exception):
    """Messages cannot go there; the message is a sentence."""


@dataclass(frozen=True)
class Place:
    scheme: str
    host: str
    port: int
    target: str
    address: str


def place_of(url: str) -> Place:
    """Where this leads now. Errors: BadPlace."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise BadPlace("This is no address.") from error
    if parts.scheme not in (("https", "http") if settings.TRELLIS_WEBHOOKS_PRIVATE else ("https",)):
        raise BadPlace("The address must begin with https://.")
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        raise BadPlace("This is no address.")
    if parts.username is not None or parts.fragment:
        raise BadPlace("An address with a user, a password or a # is not called.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port, target, _looked_up(host, port))


def _looked_up(host: str, port: int) -> str:
    """Its first address. One that is not public among them refuses all."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise BadPlace(f"{host} was not found.") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not (settings.TRELLIS_WEBHOOKS_PRIVATE or is_public(address)):
            raise BadPlace(PRIVATE.format(host, address))
    return addresses[0]


def is_public(text: str) -> bool:
    """Not ours, not the machine's own, not a cloud's; an IPv4 address inside of an IPv6 one counts as itself."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        # 64:ff9b::/96 is how networks that have IPv6 alone reach IPv4 addresses (RFC 6052).
        if inner is None and int(address) >> 32 == 0x64FF9B << 64:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
        # Python 3.11 calls these two global: what nobody has been given yet, and fec0::/10 of old local networks.
        if address.is_reserved or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast
