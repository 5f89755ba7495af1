"""Free geo data is named where places are shown."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.analytics.credits import geo_credits


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], []),
        (["dbip-country.mmdb"], ["DB-IP"]),
        (["GeoLite2-City.mmdb", "GeoLite2-ASN.mmdb"], ["MaxMind"]),
        (["ours-City.mmdb"], []),
    ],
)
def test_each_source_is_named_once(tmp_path: Path, names: list[str], words: list[str]):
    for name in names:
        (tmp_path / name).touch()

    credits = geo_credits(str(tmp_path))

    assert len(credits) == len(words)
    assert all(word in credit.words for word, credit in zip(words, credits, strict=True))


@pytest.mark.django_db(databases=["default", "clickhouse"])
@pytest.mark.parametrize("path", ["/", "/explore"])
def test_pages_with_places_name_it(page: Client, settings: LazySettings, tmp_path: Path, path: str):
    (tmp_path / "dbip-country.mmdb").touch()
    settings.TRELLIS_GEOIP_PATH = str(tmp_path)

    assert "IP geolocation by DB-IP" in page.get(path).text
