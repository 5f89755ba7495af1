"""Files of facts about addresses (MaxMind DB): what a folder holds, and what each file says of an address.

Two schemas are read: MaxMind's own, through geoip2, and the flat one of the npm packages `@ip-location-db/*`, through maxminddb.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, NamedTuple

import maxminddb
import structlog
from geoip2 import models
from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError
from maxminddb import InvalidDatabaseError

log = structlog.get_logger(__name__)

# What a file may be, by a word of its type or name, most telling first; beside it the word by which geoip2 knows its own.
ROLES = {
    "enterprise": "Enterprise",
    "city": "City",
    "country": "Country",
    "isp": "GeoIP2-ISP",
    "asn": "GeoLite2-ASN",
    "anonymous": "GeoIP2-Anonymous-IP",
}
# An address that is none, or is of the other length than all of the file, has no answer either.
NO_ANSWER = (AddressNotFoundError, ValueError)
DAMAGED = (InvalidDatabaseError, OSError, ValueError, TypeError, AttributeError, KeyError)
PROBED_ADDRESSES = 500


class Location(NamedTuple):
    """Where an address is. `region` is the part of ISO 3166-2 after the dash; names are English."""

    country: str = ""
    region: str = ""
    region_name: str = ""
    city: str = ""
    time_zone: str = ""


class Announcer(NamedTuple):
    """Who announces an address to the internet: number and name of the autonomous system."""

    asn: int = 0
    as_name: str = ""


class Cloak(NamedTuple):
    """Behind what the user of an address stands: `tor`, `vpn`, `proxy`, `hosting`, or nothing."""

    kind: str = ""


Facts = Location | Announcer | Cloak


@dataclass(frozen=True)
class GeoFile:
    """A file as the system page shows it. `problem` says why it is not used."""

    name: str
    kind: str = ""
    built_at: datetime | None = None
    size: int = 0
    problem: str = ""

    def age_days(self, now: datetime) -> int | None:
        return (now - self.built_at).days if self.built_at else None


class NotRead(Exception):
    """The file is damaged, or of a kind nothing is read from. The text says which."""


class Database:
    """One open file. Errors: NotRead."""

    def __init__(self, path: Path) -> None:
        try:
            _probe(path)
            self._reader = Reader(path, locales=["en"])
            about = self._reader.metadata()
        except DAMAGED as error:
            raise NotRead(str(error)) from error
        self.role = _role(f"{about.database_type} {path.name}")
        self.built_at = datetime.fromtimestamp(about.build_epoch, UTC)
        self.file = GeoFile(path.name, about.database_type, self.built_at, path.stat().st_size)
        self._read = self._through_geoip2() if ROLES[self.role] in about.database_type else _flat(path, self.role)
        self._complained = False

    def find(self, address: str) -> Facts | None:
        """What the file says, or None. Damage that shows only now is said once, in the log."""
        try:
            return self._read(address)
        except NO_ANSWER:
            return None
        except DAMAGED as error:
            if not self._complained:
                log.warning("geo file is damaged", file=self.file.name, reason=str(error))
            self._complained = True
            return None

    def _through_geoip2(self) -> Callable[[str], Facts]:
        reader = self._reader
        ways: dict[str, Callable[[str], Facts]] = {
            "enterprise": lambda address: _of_city(reader.enterprise(address)),
            "city": lambda address: _of_city(reader.city(address)),
            "country": lambda address: Location(reader.country(address).country.iso_code or ""),
            "isp": lambda address: _of_isp(reader.isp(address)),
            "asn": lambda address: _of_asn(reader.asn(address)),
            "anonymous": lambda address: _of_anonymous(reader.anonymous_ip(address)),
        }
        return ways[self.role]


def open_databases(path: str) -> tuple[list[Database], list[GeoFile]]:
    """What can be read, most telling first and newer before older; and every file, with what is wrong with it."""
    databases, files = [], []
    for one in _paths(path):
        try:
            databases.append(Database(one))
            files.append(databases[-1].file)
        except NotRead as error:
            log.warning("geo file is not used", file=one.name, reason=str(error))
            files.append(GeoFile(one.name, problem=str(error)))
    if not databases:
        log.info("no geo data: places stay empty", path=path)
    roles = list(ROLES)
    databases.sort(key=lambda one: (roles.index(one.role), -one.built_at.timestamp()))
    return databases, files


def fingerprint(path: str) -> tuple[tuple[str, int, int], ...]:
    """Differs when a file came, went or was replaced. Cost: a `stat` for each file."""
    found = []
    for one in _paths(path):
        try:
            state = one.stat()
        except OSError:
            continue
        found.append((str(one), state.st_mtime_ns, state.st_size))
    return tuple(found)


def _paths(path: str) -> list[Path]:
    """The file, or those of the folder and below it: MaxMind's archives unpack into folders with a date."""
    if not path:
        return []
    place = Path(path)
    return sorted(one for one in place.rglob("*.mmdb") if one.is_file()) if place.is_dir() else [place]


def _probe(path: Path) -> None:
    """Looks up some addresses with the slow reader: the fast one, in C, ends the process on text that is not UTF-8 (2026-11-23)."""
    with maxminddb.open_database(path, maxminddb.MODE_MMAP) as reader:
        for number in range(PROBED_ADDRESSES):
            reader.get(IPv4Address(number * 2**32 // PROBED_ADDRESSES + 1))


def _role(words: str) -> str:
    for role in ROLES:
        if role in words.lower():
            return role
    raise NotRead("neither places nor networks: its type or name says none of " + ", ".join(ROLES))


def _of_city(found: models.City) -> Location:
    """With the largest division: the region of Boxford is England, not West Berkshire."""
    region = found.subdivisions[0] if found.subdivisions else None
    return Location(
        found.country.iso_code or "",
        (region and region.iso_code) or "",
        (region and region.name) or "",
        found.city.name or "",
        found.location.time_zone or "",
    )


def _of_isp(found: models.ISP) -> Announcer:
    name = found.autonomous_system_organization or found.isp or found.organization
    return Announcer(found.autonomous_system_number or 0, name or "")


def _of_asn(found: models.ASN) -> Announcer:
    return Announcer(found.autonomous_system_number or 0, found.autonomous_system_organization or "")


def _of_anonymous(found: models.AnonymousIP) -> Cloak:
    if found.is_tor_exit_node:
        return Cloak("tor")
    if found.is_anonymous_vpn:
        return Cloak("vpn")
    if found.is_public_proxy or found.is_residential_proxy:
        return Cloak("proxy")
    return Cloak("hosting" if found.is_hosting_provider else "")


def _flat(path: Path, role: str) -> Callable[[str], Facts | None]:
    reader = maxminddb.open_database(path)
    make = _flat_announcer if role in ("isp", "asn") else _flat_location

    def read(address: str) -> Facts | None:
        record = reader.get(address)
        return make(record) if isinstance(record, dict) else None

    return read


def _flat_location(record: Mapping[str, Any]) -> Location:
    names = ("country_code", "state1", "city", "timezone")
    country, state, city, time_zone = (str(record.get(name) or "") for name in names)
    return Location(country.upper(), "", state, city, time_zone)


def _flat_announcer(record: Mapping[str, Any]) -> Announcer:
    number = str(record.get("autonomous_system_number") or 0)
    name = str(record.get("autonomous_system_organization") or "")
    return Announcer(int(number) if number.isdecimal() else 0, name)
