"""Nasty words, sent through the real door in every place of a request that a stranger can write to."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import randrange
from urllib.parse import quote

from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.event import Event
from apps.ingress.line import decode
from tests.ingress.make import a_link_unit, an_organization_unit
from tests.ingress.servers import Reply, running_ingress

WORDS: dict[str, str] = json.loads((Path(__file__).parent / "fixtures" / "nasty.json").read_text())
SHOP, OURS = "shop.example.com", "go.example.com"
# Elsewhere in every run: rows of ClickHouse outlive a test, and the test database may be kept.
ORGANIZATION = 2**30 + randrange(2**29)
UNITS = {
    f"organization:{ORGANIZATION}": an_organization_unit(hosts=[OURS], domains=[SHOP]),
    "link:spring": a_link_unit(
        organization_id=ORGANIZATION, destination=f"https://{SHOP}/{{param.v}}?v={{param.v}}#{{param.v}}"
    ),
}
CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
CONTROLS_AND_BLANKS = re.compile(rb"[\x00-\x20\x7f]")

Place = Callable[[bytes], tuple[bytes, list[tuple[bytes, bytes]]]]


@dataclass(frozen=True)
class Asked:
    """One request, its answer, and the line that was kept of it; no line when it was no HTTP."""

    place: str
    word: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    reply: Reply
    line: bytes

    @property
    def event(self) -> Event:
        return decode(self.line)

    @property
    def is_http(self) -> bool:
        """Whether the word may stand where it was put: else what was sent is no request, or another one."""
        said = b"".join(value for _, value in self.headers)
        named = all(re.fullmatch(rb"[\w-]+", name) for name, _ in self.headers)
        return named and not CONTROLS.search(said) and not CONTROLS_AND_BLANKS.search(self.target)


def encoded(raw: bytes) -> bytes:
    return quote(raw, safe="").encode()


def _everywhere(raw: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    one_line = b" ".join(raw.replace(b"\0", b"\n").split(b"\n")).replace(b"\r", b" ")
    names = (b"User-Agent", b"Referer", b"X-Forwarded-For", b"Accept-Language")
    return b"/in/spring?%b=%b&v=%b&utm_source=%b" % ((encoded(raw),) * 4), [(name, one_line) for name in names]


def _header(name: bytes) -> Place:
    return lambda raw: (b"/in/spring?v=1", [(name, raw)])


PLACES: dict[str, Place] = {
    "key": lambda raw: (b"/in/" + encoded(raw), []),
    "name": lambda raw: (b"/in/spring?%b=1" % encoded(raw), []),
    "value": lambda raw: (b"/in/spring?v=%b" % encoded(raw), []),
    "to": lambda raw: (b"/in?org=acme&to=" + encoded(raw), []),
    "to, half encoded": lambda raw: (b"/in?org=acme&to=" + quote(raw, safe="/:?#[]@!$&'()*+,;=%\\").encode(), []),
    "raw key": lambda raw: (b"/in/" + raw, []),
    "raw query": lambda raw: (b"/in/spring?v=" + raw, []),
    "raw to": lambda raw: (b"/in?org=acme&to=" + raw, []),
    "raw agent": _header(b"User-Agent"),
    "raw referrer": _header(b"Referer"),
    "raw forwarded": _header(b"X-Forwarded-For"),
    "raw forwarded host": _header(b"X-Forwarded-Host"),
    "raw host": _header(b"Host"),
    "raw cookie": lambda raw: (b"/in/spring?v=1", [(b"Cookie", b"trl_visitor=" + raw)]),
    "raw header of no list": _header(b"X-Strange"),
    "raw header name": lambda raw: (b"/in/spring?v=1", [(raw, b"1")]),
    "everywhere": _everywhere,
}


def request(number: int, target: bytes, headers: list[tuple[bytes, bytes]], method: bytes = b"GET") -> bytes:
    """The bytes of a request that wants its number kept, so that its line can be found."""
    host = [] if any(name == b"Host" for name, _ in headers) else [(b"Host", OURS.encode())]
    fixed = [*host, (b"Purpose", b"%d" % number), (b"Connection", b"close")]
    head = b"".join(b"%b: %b\r\n" % pair for pair in [*fixed, *headers])
    return b"%b %b HTTP/1.1\r\n%b\r\n" % (method, target, head)


def ask_everything(folder: Path) -> list[Asked]:
    """Every word in every place, one request each, of a server that is gone afterwards."""
    routes.publish(broker(), UNITS, whole=True)
    sent = [(place, word, *PLACES[place](WORDS[word].encode())) for place in PLACES for word in WORDS]
    with running_ingress(folder) as ingress:
        replies = [
            ingress.send(request(number, target, headers)) for number, (_, _, target, headers) in enumerate(sent)
        ]
        lines = dict(_numbered(ingress.lines()))
    broker().delete(routes.UNITS, routes.CHANGES, routes.EPOCH, routes.NUMBER)
    return [Asked(*sent[number], reply, lines.get(number, b"")) for number, reply in enumerate(replies)]


def _numbered(lines: list[bytes]) -> Iterator[tuple[int, bytes]]:
    for line in lines:
        numbers = [value for name, value in json.loads(line)["headers"] if name == "Purpose"]
        if numbers:
            yield int(numbers[0]), line
