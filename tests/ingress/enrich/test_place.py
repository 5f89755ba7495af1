"""Where a click came from, by files of both schemas, and by none."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.ingress.enrich.mmdb import fingerprint
from apps.ingress.enrich.place import place
from apps.ingress.enrich.places import Place, load_places
from tests.ingress.enrich.geo import LONDON, a_city_file, a_flat_country_file, a_geo_file, an_asn_file
from tests.ingress.make import an_event


def found(path: Path, ip: str) -> Place:
    return place(an_event(ip=ip), load_places(str(path)))


def facts(path: Path, ip: str) -> tuple[object, ...]:
    return found(path, ip)[:-1]


NOWHERE = ("", "", "", "", "", 0, "")


def test_a_city_file_names_everything_in_english_and_the_largest_region(tmp_path: Path) -> None:
    path = a_city_file(tmp_path)

    assert facts(path, "81.2.69.142") == ("GB", "ENG", "England", "London", "Europe/London", 0, "")


def test_a_flat_file_is_read_too(tmp_path: Path) -> None:
    flat = {"country_code": "US", "state1": "California", "city": "Berkeley", "timezone": "America/Los_Angeles"}
    path = a_geo_file(tmp_path / "x-city.mmdb", "city ipv4", {"198.51.100.0/24": flat}, ip_version=4)

    assert facts(path, "198.51.100.7") == ("US", "", "California", "Berkeley", "America/Los_Angeles", 0, "")


def test_a_flat_file_of_networks_is_read_too(tmp_path: Path) -> None:
    record = {"autonomous_system_number": "64496", "autonomous_system_organization": "Example"}
    path = a_geo_file(tmp_path / "asn.mmdb", "asn ipvAll", {"198.51.100.0/24": record})

    assert facts(path, "198.51.100.7") == ("", "", "", "", "", 64496, "Example")


def test_an_isp_file_names_the_isp_where_no_system_is_known(tmp_path: Path) -> None:
    path = a_geo_file(tmp_path / "GeoIP2-ISP.mmdb", "GeoIP2-ISP", {"198.51.100.0/24": {"isp": "Example Broadband"}})

    assert found(path, "198.51.100.7").as_name == "Example Broadband"


def test_files_of_a_folder_complete_each_other(tmp_path: Path) -> None:
    (tmp_path / "2026-11").mkdir()
    a_city_file(tmp_path / "2026-11")
    an_asn_file(tmp_path)
    a_flat_country_file(tmp_path)

    assert found(tmp_path, "81.2.69.142").city == "London"
    assert found(tmp_path, "81.2.70.1").country == "GB"
    assert found(tmp_path, "80.130.0.1").asn == 3320


def test_a_city_is_never_put_into_a_country_of_another_file(tmp_path: Path) -> None:
    a_city_file(tmp_path, **{"198.51.100.0/24": {"country": {"iso_code": "DE"}}})
    flat = {"country_code": "FR", "city": "Paris"}
    a_geo_file(tmp_path / "old-city.mmdb", "old city", {"198.51.100.0/24": flat})

    answer = found(tmp_path, "198.51.100.1")

    assert (answer.country, answer.city) in {("DE", ""), ("FR", "Paris")}


@pytest.mark.parametrize(
    ("ip", "country"),
    [
        ("81.2.69.142", "GB"),
        ("::ffff:81.2.69.142", "GB"),
        ("::ffff:5102:458e", "GB"),
        ("2a01:e0a::1", "FR"),
        ("2a01:0e0a:0000::0001", "FR"),
    ],
)
def test_an_address_is_found_however_it_is_written(tmp_path: Path, ip: str, country: str) -> None:
    assert found(a_flat_country_file(tmp_path), ip).country == country


@pytest.mark.parametrize(
    "ip", ["", "10.0.0.1", "127.0.0.1", "::1", "fe80::1%eth0", "unknown", "1.2.3", "81.2.69.142:80", "é\udce9", "9" * 10_000]
)  # fmt: skip
def test_what_is_no_public_address_is_nowhere(tmp_path: Path, ip: str) -> None:
    a_city_file(tmp_path)
    an_asn_file(tmp_path)

    assert facts(tmp_path, ip) == NOWHERE


def test_an_ipv6_address_in_a_file_of_ipv4_alone_is_nowhere(tmp_path: Path) -> None:
    path = a_geo_file(tmp_path / "c-country.mmdb", "country", {"81.2.0.0/16": {"country_code": "GB"}}, ip_version=4)

    assert facts(path, "2a01::1") == NOWHERE


@pytest.mark.parametrize("path", ["", "/nowhere", "/nowhere/City.mmdb"])
def test_without_files_everything_is_nowhere(path: str) -> None:
    places = load_places(path)

    assert places.of("81.2.69.142")[:-1] == NOWHERE
    assert places.version == 100_000


@pytest.mark.parametrize("damage", [b"", b"no mmdb at all" * 1000, None])
def test_a_damaged_file_is_named_and_the_others_serve(tmp_path: Path, damage: bytes | None) -> None:
    broken = a_city_file(tmp_path)
    a_flat_country_file(tmp_path)
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2] if damage is None else damage)

    places = load_places(str(tmp_path))

    assert places.of("81.2.69.142").country == "GB"
    assert [file.name for file in places.files if file.problem] == ["GeoLite2-City.mmdb"]


def test_text_that_is_not_utf8_does_not_end_the_process(tmp_path: Path) -> None:
    everywhere = {f"{first}.0.0.0/8": LONDON for first in range(1, 224)}
    path = a_geo_file(tmp_path / "City.mmdb", "GeoLite2-City", everywhere)
    path.write_bytes(path.read_bytes().replace(b"London", b"\xff\xfe\xfd\xfc\xfb\xfa"))

    places = load_places(str(path))

    assert places.of("81.2.69.142")[:-1] == NOWHERE
    assert places.files[0].problem


def test_a_file_of_something_else_is_not_used(tmp_path: Path) -> None:
    name = "GeoIP2-Connection-Type"
    path = a_geo_file(tmp_path / f"{name}.mmdb", name, {"1.0.0.0/24": {"connection_type": "Cable"}})

    places = load_places(str(path))

    assert "neither places nor networks" in places.files[0].problem


def test_the_system_page_learns_what_a_file_is_and_its_age(tmp_path: Path) -> None:
    (file,) = load_places(str(a_city_file(tmp_path))).files

    assert (file.name, file.kind, file.problem) == ("GeoLite2-City.mmdb", "GeoLite2-City", "")
    assert file.age_days(file.built_at + timedelta(days=40, hours=1)) == 40


def test_the_version_says_on_which_day_the_newest_file_was_built(tmp_path: Path) -> None:
    places = load_places(str(a_city_file(tmp_path)))

    days = (datetime.now(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    assert places.of("81.2.69.142").place_version == places.version
    assert places.version in {100_000 + days, 100_000 + days - 1}


def test_an_address_is_looked_up_once(tmp_path: Path) -> None:
    places = load_places(str(a_city_file(tmp_path)))

    assert places.of("81.2.69.142") is places.of("81.2.69.142")


def test_a_replaced_file_is_noticed(tmp_path: Path) -> None:
    path = a_city_file(tmp_path)
    before = fingerprint(str(tmp_path))

    os.utime(path, ns=(1, 1))
    touched = fingerprint(str(tmp_path))
    an_asn_file(tmp_path)

    assert len({before, touched, fingerprint(str(tmp_path))}) == 3
