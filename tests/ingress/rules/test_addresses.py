"""Addresses as numbers: one for each address however it is written, none for anything else, the same in Python and ClickHouse."""

from dataclasses import dataclass
from ipaddress import IPv6Address
from random import Random

import pytest

from apps.ingress.rules.addresses import MAPPED, NUMBER, Ranges, network, number
from apps.ingress.warehouse.connection import client
from tests.ingress.rules.heaps import ADDRESSES

TRIED = 5_000


@dataclass
class Writer:
    """Writes addresses, or nearly."""

    random: Random

    def text(self) -> str:
        text = self.random.choice((self._four, self._six))()
        if self.random.random() < 0.3:
            place = self.random.randrange(len(text) + 1)
            text = (
                text[:place]
                + self.random.choice([*" \0\n%.:/x[+-é", "%eth0", "/32", "0x"])
                + text[place + self.random.randrange(2) :]
            )
        return text

    def _four(self) -> str:
        parts = ("0", "1", "9", "99", "255", "256", "01", "007", "", "1000", "a")
        return ".".join(
            self.random.choice(parts[: 5 if self.random.random() < 0.7 else None])
            for _ in range(self.random.choice((4, 4, 4, 3, 5)))
        )

    def _six(self) -> str:
        groups = [
            self.random.choice(("0", "1", "ffff", "ABCD", "0001", "00001", "g", "")[:5])
            for _ in range(self.random.choice((8, 8, 7, 6, 3, 2, 9, 1)))
        ]
        text = ":".join(groups)
        if self.random.random() < 0.6:
            place = self.random.randrange(len(text) + 1)
            text = f"{text[:place]}::{text[place:]}"
        return f"{text}:{self._four()}" if self.random.random() < 0.3 else text


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_python_and_clickhouse_read_the_same_addresses() -> None:
    writer = Writer(Random(23))
    texts = [*(text for text in ADDRESSES if text.isprintable()), *(writer.text() for _ in range(TRIED))]
    sql = f"SELECT arrayMap(t -> {NUMBER.format(column='t')}, {{texts:Array(String)}})"

    ((read,),) = client().execute(sql, {"texts": texts})

    differing = [text for text, said in zip(texts, read, strict=True) if int(said) != number(text)]
    assert differing == []
    assert sum(map(bool, map(number, texts))) > TRIED / 20


@pytest.mark.parametrize("text", ["10.0.0.1", "::ffff:10.0.0.1", "::FFFF:a00:1", "0:0:0:0:0:ffff:10.0.0.1"])
def test_an_address_of_ipv4_is_one_number_however_it_is_written(text: str) -> None:
    assert number(text) == MAPPED + 0x0A000001


@pytest.mark.parametrize(
    "text",
    ["", "::", "unknown", "10.0.0", "10.0.0.01", "fe80::1%eth0", "1:::2", "1:2:3:4:5:6:7::", "\udcff", "１.2.3.4"],
)
def test_what_is_no_address_is_no_number(text: str) -> None:
    assert number(text) == 0


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("::ffff:10.0.0.1", "10.0.0.1/32"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("2001:DB8::1/32", "2001:db8::/32"),
    ],
)
def test_there_is_one_way_to_write_a_network(written: str, kept: str) -> None:
    assert network(written) == kept


def test_networks_that_touch_or_overlap_are_one_range() -> None:
    ranges = Ranges(("10.0.0.0/9", "10.128.0.0/9", "10.1.0.0/16"))

    assert (ranges.lows, ranges.highs) == ([MAPPED + 0x0A000000], [MAPPED + 0x0AFFFFFF])


@pytest.mark.parametrize("text", ["0.0.0.0", "255.255.255.255", "::ffff:1.2.3.4"])
def test_an_ipv4_address_is_in_no_network_of_ipv6(text: str) -> None:
    assert number(text) in Ranges(("0.0.0.0/0",))
    assert number(text) not in Ranges(("::/0", "::/64", "8000::/1"))


def test_nobodys_address_is_in_no_network() -> None:
    assert 0 not in Ranges(("::/0", "::/128", "0.0.0.0/0"))
    assert int(IPv6Address("::1")) in Ranges(("::/127",))
