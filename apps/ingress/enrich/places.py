"""Where addresses are and who announces them, from the files of `TRELLIS_GEOIP_PATH`. No file: everything is empty."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple, TypeVar

from apps.ingress.enrich.mmdb import Announcer, Database, GeoFile, Location, open_databases

CODE_VERSION = 1
REMEMBERED_ADDRESSES = 50_000
TEXT_MAX_CHARS = 200
DAY_S = 86_400

F = TypeVar("F", Location, Announcer)


class Place(NamedTuple):
    country: str
    region: str
    region_name: str
    city: str
    time_zone: str
    asn: int
    as_name: str
    place_version: int


class Places:
    """What is known of addresses, as of the files when this was made. `files` says of each what it is, or what is wrong."""

    def __init__(self, databases: list[Database], files: list[GeoFile]) -> None:
        self.files = tuple(files)
        self.version = CODE_VERSION * 100_000 + _newest_day(databases)
        self._locations = [one for one in databases if one.role in ("enterprise", "city", "country")]
        self._announcers = [one for one in databases if one.role in ("isp", "asn")]
        self._nowhere = Place("", "", "", "", "", 0, "", self.version)
        self.of = lru_cache(maxsize=REMEMBERED_ADDRESSES)(self._look_up)

    def _look_up(self, ip: str) -> Place:
        address = plain_address(ip)
        if not address:
            return self._nowhere
        location = _told_most(self._locations, address, Location())
        announcer = _told_most(self._announcers, address, Announcer())
        texts = (str(fact)[:TEXT_MAX_CHARS] for fact in location)
        asn, as_name = announcer
        return Place._make((*texts, asn, as_name[:TEXT_MAX_CHARS], self.version))


def load_places(path: str) -> Places:
    return Places(*open_databases(path))


def plain_address(ip: str) -> str:
    """As the files have it: IPv4 out of its IPv6 clothes, no zone; empty for what is no address."""
    try:
        address = ip_address(ip.partition("%")[0].strip())
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)


def _told_most(databases: list[Database], address: str, nothing: F) -> F:
    """What the first file says that knows the country, or the number; what two files say is never mixed."""
    best = nothing
    for database in databases:
        found = database.find(address)
        if not isinstance(found, type(nothing)):
            continue
        if found[0]:
            return found
        best = best if any(best) else found
    return best


def _newest_day(databases: list[Database]) -> int:
    """The day (since 1970) on which the newest file was built: the revision of this table."""
    return max((int(one.built_at.timestamp() // DAY_S) for one in databases), default=0)
