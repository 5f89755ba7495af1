"""An address, reduced: to its network, to a number nobody can turn back, or to nothing."""

from collections.abc import Callable
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address

from apps.ingress.privacy.policy import Address

# What is told apart by these is a street or an office, not a person (IPv4), and a site (IPv6, RFC 6177).
IPV4_BITS, IPV6_BITS = 24, 48
HASH = "hash-"
HASH_BYTES = 12

# Headers in which proxies write an address down. `From` is an e-mail address.
HEADERS = frozenset(
    """cf-connecting-ip cf-connecting-ipv6 cf-pseudo-ipv4 client-ip fastly-client-ip fly-client-ip forwarded from true-client-ip
    x-appengine-user-ip x-azure-clientip x-client-ip x-cluster-client-ip x-envoy-external-address x-forwarded x-forwarded-for
    x-original-forwarded-for x-real-ip""".split()
)


def reduced(address: str, how: str, key: Callable[[], bytes]) -> str:
    """What is kept of the address; of what is no address at all, nothing but its hash. `key` is asked only for that."""
    if how == Address.FULL or not address:
        return address
    if how == Address.TRUNCATED:
        return network_of(address)
    return hash_of(address, key()) if how == Address.HASHED else ""


def network_of(address: str) -> str:
    """The first address of its network: an address still, so that rules about networks of this size and larger hold."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    bits = IPV6_BITS if isinstance(found, IPv6Address) else IPV4_BITS
    rest = found.max_prefixlen - bits
    return str(type(found)(int(found) >> rest << rest))


def hash_of(address: str, key: bytes) -> str:
    digest = blake2b(
        address.encode("utf-8", "surrogateescape"), digest_size=HASH_BYTES, key=key, person=b"visitor address"
    )
    return f"{HASH}{digest.hexdigest()}"


def says_an_address(name: str, value: str, address: str) -> bool:
    """Whether a header tells the visitor's address, by what it is or by what stands in it."""
    return name.lower() in HEADERS or (bool(address) and address in value)
