from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ingress.capture import Capture, Request
from apps.ingress.line import BadLine, decode
from apps.ingress.postbacks import read
from apps.ingress.postbacks.line import Taken, encode, is_postback, taken_of
from tests.ingress.make import NOW_MS, a_line
from tests.ingress.postbacks import FORM, JSON, KEY, a_postback_line

TAKEN = Taken(id=5, at_ms=NOW_MS, organization_id=7, network_id=9, reason="accepted", paused=False)
LATIN = st.text(st.characters(max_codepoint=255))


def changed(**fields: object) -> bytes:
    return orjson.dumps({**orjson.loads(a_postback_line()), **fields})


def test_a_line_says_what_it_was_told() -> None:
    request = read(a_postback_line(f"/postback/{KEY}?txid=1", id=5, organization_id=8, network_id=3, paused=True))

    assert (request.id, request.organization_id, request.network_id, request.paused) == (5, 8, 3, True)
    assert (request.method, request.path, request.query) == ("GET", f"/postback/{KEY}", "txid=1")
    assert (request.received_at, request.ip) == (datetime(2026, 11, 22, 12, tzinfo=UTC), "203.0.113.9")


def test_a_line_is_told_from_a_click() -> None:
    assert is_postback(a_postback_line())
    assert not is_postback(a_line())
    with pytest.raises(BadLine):
        decode(a_postback_line())
    with pytest.raises(BadLine):
        read(a_line())


def test_parameters_of_the_query_go_before_those_of_the_body() -> None:
    line = a_postback_line("/postback?a=query&a=2", b"a=form&b=form&b=2", headers={"content_type": FORM})

    request = read(line)

    assert request.parameters == {"a": "query", "b": "form"}
    assert request.pairs == (("a", "query"), ("a", "2"), ("a", "form"), ("b", "form"), ("b", "2"))


def test_the_key_and_the_signature_are_no_parameters() -> None:
    request = read(a_postback_line("/postback?key=k1&sig=abc&txid=1", b'{"key": "k2"}', headers={"content_type": JSON}))

    assert (request.key, request.parameters, request.pairs) == ("k1", {"txid": "1"}, (("txid", "1"),))


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("/postback/k1", "k1"),
        ("/postback/k1/?key=k2", "k1"),
        ("/postback.gif/k%31?a=b", "k1"),
        ("/postback?key=k+1", "k 1"),
        ("/postback/?key=k1", "k1"),
        ("/postback?", ""),
        ("/postback/%FF", "\udcff"),
    ],
)
def test_the_key_stands_in_the_path_or_among_the_parameters(target: str, key: str) -> None:
    assert read(a_postback_line(target)).key == key


def test_a_body_that_cannot_be_read_says_why_and_is_kept() -> None:
    request = read(a_postback_line("/postback?a=1", b"{broken", headers={"content_type": JSON}))

    assert (request.parameters, request.body, request.unreadable) == ({"a": "1"}, b"{broken", "the body is not JSON")


def test_secrets_of_the_head_are_not_kept() -> None:
    line = a_postback_line(headers={"authorization": "Bearer hush", "cookie": "hush", "x_signature": "hush"})

    assert b"hush" not in line
    assert {b"Authorization", b"Cookie", b"X-Signature"} <= {name.encode() for name in orjson.loads(line)["withheld"]}


@given(body=st.binary(), query=LATIN, agent=LATIN)
def test_every_byte_comes_back(body: bytes, query: str, agent: str) -> None:
    target = b"/postback?" + query.encode("latin-1")
    captured = Capture().read(Request(b"POST", target, [(b"User-Agent", agent.encode("latin-1"))], "::1"))

    request = read(encode(captured, body, TAKEN))

    assert request.body == body
    assert request.query.encode("utf-8", "surrogateescape") == query.encode("latin-1")
    assert request.headers[0][1].encode("utf-8", "surrogateescape") == agent.encode("latin-1")


@pytest.mark.parametrize(
    "fields",
    [
        {"id": 0}, {"id": -1}, {"id": 2**63}, {"id": "5"}, {"id": True}, {"at": 10**15}, {"at": None}, {"org": -1},
        {"network": 1.5}, {"reason": ""}, {"reason": "x" * 21}, {"reason": "a\0"}, {"reason": None}, {"paused": "no"},
        {"body": None},
        {"body": "€"}, {"query": "€"}, {"ip": 1}, {"headers": [["a"]]}, {"headers": [["a", 1]]}, {"headers": 5}, {"method": []},
    ],
)  # fmt: skip
def test_a_bad_line_is_no_postback(fields: dict[str, object]) -> None:
    with pytest.raises(BadLine):
        taken_of(changed(**fields))
    with pytest.raises(BadLine):
        read(changed(**fields))


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[]", b"null", b'{"type":"postback",', b'{"type":"postback","id":5}', b"\xff"]
)
def test_a_torn_line_is_no_postback(line: bytes) -> None:
    with pytest.raises(BadLine):
        taken_of(line)
