"""Small geo files to test with, in both schemas."""

from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

LONDON = {
    "country": {"iso_code": "GB", "names": {"en": "United Kingdom", "de": "Vereinigtes Königreich"}},
    "subdivisions": [
        {"iso_code": "ENG", "names": {"en": "England", "de": "England"}},
        {"iso_code": "WBK", "names": {"en": "West Berkshire"}},
    ],
    "city": {"names": {"en": "London", "fr": "Londres"}},
    "location": {"time_zone": "Europe/London"},
}
TELEKOM = {"autonomous_system_number": 3320, "autonomous_system_organization": "Deutsche Telekom AG"}


def a_geo_file(path: Path, kind: str, records: dict[str, Any], *, ip_version: int = 6) -> Path:
    """A file of type `kind` (GeoLite2-City, "country ipvAll", …), with a record for each network."""
    writer = MMDBWriter(ip_version=ip_version, ipv4_compatible=ip_version == 6, database_type=kind)
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


def a_city_file(folder: Path, **records: Any) -> Path:
    return a_geo_file(folder / "GeoLite2-City.mmdb", "GeoLite2-City", {"81.2.69.0/24": LONDON, **records})


def an_asn_file(folder: Path) -> Path:
    return a_geo_file(folder / "GeoLite2-ASN.mmdb", "GeoLite2-ASN", {"80.128.0.0/11": TELEKOM, "2003::/19": TELEKOM})


def a_flat_country_file(folder: Path) -> Path:
    records = {"81.2.0.0/16": {"country_code": "GB"}, "2a01::/16": {"country_code": "fr"}}
    return a_geo_file(folder / "some-country.mmdb", "country ipvAll", records)
