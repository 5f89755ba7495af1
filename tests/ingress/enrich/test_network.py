"""Networks that are known for what they are: the table, its order, and the staff's page of it."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from apps.ingress.enrich.mmdb import open_databases
from apps.ingress.enrich.network import network
from apps.ingress.enrich.networks import Known, Networks, built_in
from apps.ingress.models import KnownNetwork, TableRevision
from apps.ingress.network_names import BadNetwork, parse_network, written
from tests.accounts import make
from tests.ingress.enrich.geo import a_geo_file
from tests.ingress.make import an_event

LIST = reverse("admin:ingress_knownnetwork_changelist")
ADD = reverse("admin:ingress_knownnetwork_add")
TABLE = [
    Known("198.51.0.0/16", "hosting", "Wide"),
    Known("198.51.100.0/24", "vpn", "Narrow"),
    Known("198.51.100.128/25", "", ""),
    Known("2001:db8::/32", "hosting", "Six"),
    Known("AS64496", "crawler", "Number"),
    Known("web host", "hosting", ""),
    Known("vpn", "vpn", ""),
]


def kind_and_owner(networks: Networks, ip: str = "", asn: int = 0, as_name: str = "") -> tuple[str, str]:
    return network(an_event(ip=ip, asn=asn, as_name=as_name), networks)[:2]


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("198.51.1.1", ("hosting", "Wide")),
        ("198.51.100.1", ("vpn", "Narrow")),
        ("198.51.100.200", ("", "")),
        ("198.51.101.0", ("hosting", "Wide")),
        ("198.52.0.0", ("", "")),
        ("198.50.255.255", ("", "")),
        ("::ffff:198.51.100.1", ("vpn", "Narrow")),
        ("2001:db8:1::1", ("hosting", "Six")),
        ("2001:db9::", ("", "")),
        ("garbage", ("", "")),
        ("", ("", "")),
    ],
)
def test_the_longest_prefix_wins(ip: str, expected: tuple[str, str]) -> None:
    assert kind_and_owner(Networks(TABLE), ip) == expected


def test_a_range_goes_before_a_number_and_a_number_before_a_word() -> None:
    networks = Networks(TABLE)

    assert kind_and_owner(networks, "198.51.1.1", 64496, "Big VPN")[1] == "Wide"
    assert kind_and_owner(networks, "203.0.113.1", 64496, "Big VPN")[1] == "Number"
    assert kind_and_owner(networks, "203.0.113.1", 64497, "Big VPN") == ("vpn", "Big VPN")


def test_a_range_that_is_nothing_special_goes_before_a_number_too() -> None:
    assert kind_and_owner(Networks(TABLE), "198.51.100.200", 64496) == ("", "")


@pytest.mark.parametrize(
    ("as_name", "kind"),
    [
        ("Example Web Host GmbH", "hosting"),
        ("EXAMPLE-VPN", "vpn"),
        ("VPNs of Example", ""),
        ("Example Web Hostess", ""),
        ("", ""),
    ],
)
def test_a_word_of_the_name_is_a_whole_word(as_name: str, kind: str) -> None:
    assert kind_and_owner(Networks(TABLE), "", 1, as_name)[0] == kind


def test_flat_ranges_say_what_looking_at_each_range_says() -> None:
    random = Random(7)
    ranges: set[IPv4Network | IPv6Network] = set()
    while len(ranges) < 150:
        ranges.add(ip_network((random.getrandbits(14) << 18, random.randint(8, 24)), strict=False))
    networks = Networks([Known(str(one), "hosting", str(one)) for one in ranges])

    for _ in range(2_000):
        number = random.getrandbits(32)
        around = [one for one in ranges if number in range(int(one[0]), int(one[-1]) + 1)]
        narrowest = max(around, key=lambda one: one.prefixlen, default="")
        address = ".".join(str(byte) for byte in number.to_bytes(4))
        assert kind_and_owner(networks, address)[1] == str(narrowest)


def test_an_anonymous_ip_file_goes_between_ranges_and_numbers(tmp_path: Path) -> None:
    flags = {"is_anonymous": True, "is_hosting_provider": True, "is_tor_exit_node": True}
    records = {
        "203.0.113.0/24": flags,
        "198.51.100.0/24": flags,
        "192.0.2.0/24": {"is_anonymous": True, "is_hosting_provider": True},
    }
    path = a_geo_file(tmp_path / "GeoIP2-Anonymous-IP.mmdb", "GeoIP2-Anonymous-IP", records)
    networks = Networks(TABLE, cloaks=open_databases(str(path))[0])

    assert kind_and_owner(networks, "203.0.113.9", 64496)[0] == "tor"
    assert kind_and_owner(networks, "192.0.2.9")[0] == "hosting"
    assert kind_and_owner(networks, "198.51.100.1")[0] == "vpn"
    assert kind_and_owner(networks, "192.0.3.9", 64496)[0] == "crawler"


def test_the_version_names_the_state_of_the_table() -> None:
    assert network(an_event(), Networks([])).network_version == 100_000
    assert network(an_event(), Networks([], revision=42)).network_version == 100_042


@pytest.mark.parametrize(
    ("ip", "asn", "expected"),
    [
        ("66.249.66.1", 15169, "crawler"),
        ("3.5.140.1", 16509, "hosting"),
        ("192.0.2.1", 24940, "hosting"),
        ("2a01:4f8::1", 0, "hosting"),
        ("185.220.101.5", 0, "tor"),
        # Apple's relay, Cloudflare's Warp and companies' gateways bring people.
        ("192.0.2.1", 36183, "proxy"),
        ("192.0.2.1", 13335, "proxy"),
        ("192.0.2.1", 22616, "proxy"),
        ("192.0.2.1", 3320, ""),
    ],
)
def test_the_built_in_table_knows_the_great_ones(ip: str, asn: int, expected: str) -> None:
    assert kind_and_owner(Networks(built_in()), ip, asn)[0] == expected


def test_the_built_in_table_is_written_as_the_admin_would_write_it() -> None:
    rows = built_in()

    assert [row.network for row in rows if written(parse_network(row.network)) != row.network] == []
    assert {row.kind for row in rows} <= set(KnownNetwork.Kind)
    assert len({row.network for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 198.51.100.0/24 ", "198.51.100.0/24"),
        ("2001:DB8:0::/32", "2001:db8::/32"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("as 64496", "AS64496"),
        ("AS0064496", "AS64496"),
        ("Web   Host", "web host"),
        ("M247", "m247"),
    ],
)
def test_a_network_is_written_in_one_way(text: str, expected: str) -> None:
    assert written(parse_network(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab",
        "198.51.100.1/24",
        "198.51.100.0/33",
        "0.0.0.0/0",
        "::/0",
        "300.1.1.1",
        "AS0",
        "AS4294967296",
        "(vpn|host)",
        "a  /b",
    ],
)
def test_what_names_no_network_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadNetwork, match=r"\.$"):
        parse_network(text)


@pytest.fixture
def admin(db: None, client: Client) -> Client:
    return make.signed_in(client, make.staff())


def test_staff_add_a_network_and_the_table_is_another(admin: Client) -> None:
    before = TableRevision.of("networks")

    admin.post(ADD, {"network": "as64511", "kind": "vpn", "owner": "Example"})

    row = KnownNetwork.objects.get(network="AS64511")
    assert (row.kind, row.origin) == ("vpn", "ours")
    assert TableRevision.of("networks") > before


def test_staff_are_told_what_is_wrong_with_a_network(admin: Client) -> None:
    answer = admin.post(ADD, {"network": "198.51.100.1/24", "kind": "vpn", "owner": ""})

    assert "is no range of addresses" in answer.content.decode()


def test_the_same_network_written_otherwise_is_there_already(admin: Client) -> None:
    KnownNetwork.objects.create(network="2001:db8::/32", kind="vpn")

    with pytest.raises(ValidationError, match="already exists"):
        KnownNetwork(network="2001:0DB8::/32", kind="hosting").full_clean()


def test_the_list_is_searched_by_owner(admin: Client) -> None:
    KnownNetwork.objects.create(network="AS64511", kind="vpn", owner="Zorg")

    page = admin.get(LIST, {"q": "zorg"}).content.decode()

    assert "AS64511" in page
