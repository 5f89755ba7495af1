"""Whom a page with places has to name: the licences of free geo data ask for it."""

from pathlib import Path
from typing import NamedTuple

from apps.ingress.enrich.mmdb import fingerprint


class Credit(NamedTuple):
    words: str
    url: str


# By what the names of their files begin with.
KNOWN = {
    "dbip": Credit("IP geolocation by DB-IP", "https://db-ip.com"),
    "geolite2": Credit("This product includes GeoLite2 data created by MaxMind", "https://www.maxmind.com"),
}


def geo_credits(path: str) -> list[Credit]:
    """One for each source of the geo files there, each once."""
    names = [Path(name).name.lower() for name, *_ in fingerprint(path)]
    return [credit for start, credit in KNOWN.items() if any(name.startswith(start) for name in names)]
