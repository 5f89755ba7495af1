"""What strangers send to the postback door: nothing breaks, nothing is split or run, and every byte is kept."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.ingress import routes
from apps.ingress.broker import broker
from apps.ingress.models import Postback
from apps.ingress.postbacks import PostbackRequest, read
from apps.ingress.store import store_lines
from tests.ingress.make import NOW
from tests.ingress.postbacks import FORM, JSON, KEY, a_network_unit
from tests.ingress.servers import Reply, running_ingress
from tests.security.hostile import CONTROLS, CONTROLS_AND_BLANKS, WORDS, encoded

ANSWERED_WITH = {
    "allow", "cache-control", "connection", "content-length", "content-security-policy", "content-type", "date", "server",
    "trellis-result", "x-content-type-options",
}  # fmt: skip
HERE = f"/postback/{KEY}".encode()
Sent = tuple[bytes, list[tuple[bytes, bytes]], bytes]
Place = Callable[[bytes], Sent]


def _of_type(content_type: str, body: bytes) -> Sent:
    return HERE, [(b"Content-Type", content_type.encode())], body


PLACES: dict[str, Place] = {
    "key": lambda raw: (b"/postback/" + encoded(raw), [], b""),
    "key parameter": lambda raw: (b"/postback?key=" + encoded(raw), [], b""),
    "sig": lambda raw: (b"/postback/signed?sig=" + encoded(raw), [], b""),
    "name": lambda raw: (HERE + b"?%b=1" % encoded(raw), [], b""),
    "value": lambda raw: (HERE + b"?v=" + encoded(raw), [], b""),
    "return": lambda raw: (HERE + b"?return=" + encoded(raw), [], b""),
    "return of the pixel": lambda raw: (b"/postback.gif/%b?return=%b" % (KEY.encode(), encoded(raw)), [], b""),
    "raw key": lambda raw: (b"/postback/" + raw, [], b""),
    "raw query": lambda raw: (HERE + b"?v=" + raw, [], b""),
    "raw agent": lambda raw: (HERE, [(b"User-Agent", raw)], b""),
    "raw forwarded": lambda raw: (HERE, [(b"X-Forwarded-For", raw)], b""),
    "raw header name": lambda raw: (HERE, [(raw, b"1")], b""),
    "type": lambda raw: (HERE, [(b"Content-Type", raw)], b"a=1"),
    "charset": lambda raw: (HERE, [(b"Content-Type", f"{FORM}; charset=".encode() + raw)], b"a=%FF"),
    "boundary": lambda raw: (HERE, [(b"Content-Type", b"multipart/form-data; boundary=" + raw)], b"--" + raw + b"\r\n\r\n1"),
    "form": lambda raw: _of_type(FORM, b"v=%b&%b=1" % (encoded(raw), encoded(raw))),
    "raw form": lambda raw: _of_type(FORM, raw),
    "JSON": lambda raw: _of_type(JSON, json.dumps({"v": raw.decode(), raw.decode(): {raw.decode(): 1}}).encode()),
    "raw JSON": lambda raw: _of_type(JSON, b'{"v": "' + raw + b'"}'),
    "part": lambda raw: _of_type(
        "multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="v"\r\n\r\n%b\r\n--b--' % raw
    ),
    "head of a part": lambda raw: _of_type(
        "multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n1\r\n--b--' % raw
    ),
    "raw body": lambda raw: _of_type("text/plain", raw),
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One request, its answer, and the lines that were kept of it; none when it was no HTTP."""

    place: str
    word: str
    sent: Sent
    reply: Reply
    lines: list[bytes]

    @property
    def is_http(self) -> bool:
        target, headers, _ = self.sent
        said = b"".join(value for _, value in headers)
        named = all(name.replace(b"-", b"").isalnum() for name, _ in headers)
        return named and not CONTROLS.search(said) and not CONTROLS_AND_BLANKS.search(target)

    @property
    def kept(self) -> PostbackRequest:
        return read(self.lines[-1])


def request(number: int, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    """The bytes of a request that wants its number kept, so that its line can be found."""
    fixed = b"Host: x\r\nConnection: close\r\nPurpose: %d\r\nContent-Length: %d\r\n" % (number, len(body))
    head = fixed + b"".join(b"%b: %b\r\n" % pair for pair in headers)
    return b"%b %b HTTP/1.1\r\n%b\r\n%b" % (b"POST" if body else b"GET", target, head, body)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    """Every nasty word in every place of a postback, with what the real server answered and kept."""
    units = {f"network:{KEY}": a_network_unit(), "network:signed": a_network_unit(secret="s3cret")}
    routes.publish(broker(), units, section="networks", whole=True)
    sent = [(place, word, PLACES[place](WORDS[word].encode())) for place in PLACES for word in WORDS]
    with running_ingress(tmp_path_factory.mktemp("postbacks")) as ingress:
        replies = [ingress.send(request(number, *parts)) for number, (_, _, parts) in enumerate(sent)]
        lines = ingress.lines()
    broker().delete(*routes.KEYS)
    found: dict[int, list[bytes]] = defaultdict(list)
    for line in lines:
        numbers = [int(value) for name, value in json.loads(line)["headers"] if name.lower() == "purpose"]
        found[numbers[0] if numbers else -1].append(line)
    return [Asked(*sent[number], reply, found[number]) for number, reply in enumerate(replies)]


@pytest.fixture(params=PLACES)
def asked(request: pytest.FixtureRequest, everything: list[Asked]) -> list[Asked]:
    """Every word in one of the places."""
    return [one for one in everything if one.place == request.param]


def test_nothing_is_a_fault_of_ours(asked: list[Asked]) -> None:
    assert len(asked) == len(WORDS)
    assert [one.word for one in asked if not 200 <= one.reply.status < 500] == []


def test_no_header_of_an_answer_is_split(asked: list[Asked]) -> None:
    assert [one.word for one in asked if one.reply.headers.keys() - ANSWERED_WITH] == []


def test_an_answer_is_never_more_than_text_or_a_picture(asked: list[Asked]) -> None:
    answered = [one.reply.headers for one in asked if one.lines]

    assert {headers["content-type"] for headers in answered} <= {"text/plain; charset=utf-8", "image/gif"}
    assert {headers["x-content-type-options"] for headers in answered} <= {"nosniff"}


def test_whatever_is_http_is_kept_once(asked: list[Asked]) -> None:
    assert [one.word for one in asked if one.is_http and len(one.lines) != 1] == []


def test_it_is_kept_to_the_byte(asked: list[Asked]) -> None:
    kept = [one for one in asked if one.is_http]

    assert [one.word for one in kept if _target(one.kept) != one.sent[0]] == []
    assert [one.word for one in kept if one.kept.body != one.sent[2]] == []


def test_what_was_said_is_what_is_read(everything: list[Asked]) -> None:
    """Wherever the word is written by the rules of its place."""
    wrong = [
        (one.place, one.word)
        for one in everything
        if one.place in ("value", "form", "JSON") and one.kept.parameters["v"] != WORDS[one.word]
    ]

    assert wrong == []


def test_it_is_all_stored(everything: list[Asked]) -> None:
    lines = [line for one in everything for line in one.lines]

    stored = store_lines("hostile", lines, now=NOW)

    assert (stored.postbacks, stored.dead) == (len(lines), 0)
    assert Postback.objects.count() == len(lines)


def test_an_endless_body_is_not_waited_for(tmp_path: Path) -> None:
    with running_ingress(tmp_path) as ingress, ingress.connect() as connection:
        connection.sendall(b"POST /postback HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.sendall(b"8000\r\n" + b"a" * 0x8000 + b"\r\n")
        connection.sendall(b"8000\r\n" + b"a" * 0x8000 + b"\r\n1\r\na\r\n")

        assert b" 413 " in connection.recv(65_536)


def _target(kept: PostbackRequest) -> bytes:
    target = f"{kept.path}?{kept.query}" if kept.query else kept.path
    return target.encode("utf-8", "surrogateescape")
