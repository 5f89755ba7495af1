"""Addresses that have a place: a geo file as MaxMind makes them, and requests that come from there."""

import random
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPNetwork, IPSet  # type: ignore[import-untyped]

from bench import traffic

# Where clicks come from, most of them first.
COUNTRIES = tuple(
    "US DE GB FR IN BR JP CA ES IT PL NL MX AU TR ID SE CH AT BE PT CZ RO GR HU DK FI NO IE IL ZA AR CL CO TH VN PH SG KR".split()
)
NETWORKS = 20_000
CITIES = 25
ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo", "America/Sao_Paulo")
# As many as MaxMind's own files have: the reader makes Python objects of every name, also of those nobody asks for.
LANGUAGES = ("de", "en", "es", "fr", "ja", "pt-BR", "ru", "zh-CN")
Networks = list[tuple[int, int]]


def networks() -> Networks:
    """First address of each /24, and which of the records it has; early countries have more of them (Zipf's law)."""
    choice = random.Random(20261123)
    starts = choice.sample(range(11 << 16, 91 << 16), NETWORKS)
    weights = [1 / (place // CITIES + 1) for place in range(len(COUNTRIES) * CITIES)]
    records = choice.choices(range(len(weights)), weights, k=NETWORKS)
    return [(start << 8, record) for start, record in zip(starts, records, strict=True)]


def write_file(folder: Path) -> Path:
    """The folder to give as TRELLIS_GEOIP_PATH, with a city file in it. Cost: 3 s."""
    folder.mkdir()
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="GeoLite2-City")
    by_record: dict[int, list[IPNetwork]] = {}
    for start, record in networks():
        by_record.setdefault(record, []).append(IPNetwork(f"{IPv4Address(start)}/24"))
    for record, members in by_record.items():
        writer.insert_network(IPSet(members), _record(record))
    writer.to_db_file(str(folder / "GeoLite2-City.mmdb"))
    return folder


def requests(cookies: list[str], key_of: Callable[[random.Random], str], *, count: int) -> list[bytes]:
    """The requests of `traffic`, to other keys and each from an address of its own, as our proxy says. The same
    addresses whatever the keys; of 10, one has no place."""
    keys, places = random.Random(1), random.Random(2)
    known = [start for start, _ in networks()]
    heads = traffic.requests(cookies, count=count)
    return [_moved(head, key_of(keys), _address(places, known)) for head in heads]


def _moved(head: bytes, key: str, address: str) -> bytes:
    before, _, query = head.partition(b"?")
    method = before.partition(b" ")[0]
    body = query.removesuffix(b"\r\n")
    return b"%b /in/%b?%bX-Forwarded-For: %b\r\n\r\n" % (method, key.encode(), body, address.encode())


def _address(choice: random.Random, known: list[int]) -> str:
    if choice.random() < 0.1:
        return str(IPv4Address((100 << 24) + choice.getrandbits(24)))
    return str(IPv4Address(choice.choice(known) + choice.getrandbits(8)))


def _record(number: int) -> dict[str, Any]:
    country, city = COUNTRIES[number // CITIES], number % CITIES
    place = f"City of {country}" if city < 8 else f"Town {city} in {country}"
    return {
        "city": {"geoname_id": number, "names": _names(place)},
        "continent": {"code": "EU", "geoname_id": 1, "names": _names("Europe")},
        "country": {"geoname_id": 2, "iso_code": country, "names": _names(f"Land {country}")},
        "location": {"accuracy_radius": 20, "latitude": 52.5, "longitude": 13.4, "time_zone": ZONES[number // CITIES % len(ZONES)]},
        "postal": {"code": f"{number:05}"},
        "registered_country": {"geoname_id": 2, "iso_code": country, "names": _names(f"Land {country}")},
        "subdivisions": [{"geoname_id": 3, "iso_code": f"R{city % 9}", "names": _names(f"Region {city % 9}")}],
    }  # fmt: skip


def _names(name: str) -> dict[str, str]:
    return {language: name if language == "en" else f"{name} ({language})" for language in LANGUAGES}
