from datetime import UTC, datetime

import orjson
import pytest

from apps.ingress.event import Event, Origin
from apps.ingress.line import BadLine, decode
from tests.ingress.make import NOW, a_line


def test_a_line_is_one_line_whatever_the_request() -> None:
    line = a_line(target="/in/spring?a=%0A\x85\u00ad", headers={"user_agent": "a\x0bb\x1cc"})

    assert line.count(b"\n") == 0
    assert len(line.splitlines()) == 1


def test_what_was_captured_and_decided_comes_back() -> None:
    event = decode(a_line(event_id=99, visitor_id=5, link_key="spring"))

    assert isinstance(event, Event)
    assert (event.event_id, event.visitor_id, event.link_key, event.happened_at) == (99, 5, "spring", NOW)
    assert event.parameters == {"utm_source": "news"}
    assert event.origin is Origin.LIVE


def test_text_in_any_script_comes_back() -> None:
    query = "q=caf\u00c3\u00a9&w=\u00e6\u0097\u00a5"  # UTF-8 bytes as the wire has them

    event = decode(a_line(target=f"/in/spring?{query}"))

    assert event.query == "q=café&w=日"


def test_bytes_that_are_no_text_come_back() -> None:
    event = decode(a_line(target="/in/spring?q=\xff%FE", headers={"user_agent": "\xfe"}))

    assert event.query.encode("utf-8", "surrogateescape") == b"q=\xff%FE"
    assert event.parameters["q"].encode("utf-8", "surrogateescape") == b"\xff\xfe"
    assert event.user_agent.encode("utf-8", "surrogateescape") == b"\xfe"


def test_milliseconds_are_kept() -> None:
    assert decode(a_line(at_ms=1_700_000_000_123)).happened_at == datetime.fromtimestamp(1_700_000_000.123, UTC)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b"\xff\xfe",
        b"\x00" * 50,
        a_line()[:-40],
        a_line(at_ms=10**18),
        orjson.dumps({**orjson.loads(a_line()), "headers": 5}),
        orjson.dumps({**orjson.loads(a_line()), "query": "日本"}),
        orjson.dumps({**orjson.loads(a_line()), "origin": "elsewhere"}),
        orjson.dumps({**orjson.loads(a_line()), "at": None}),
    ],
)
def test_what_is_no_line_is_refused_with_a_reason(line: bytes) -> None:
    with pytest.raises(BadLine, match=r"\w+: .+"):
        decode(line)


def test_a_line_of_a_later_version_with_more_on_it_is_still_read() -> None:
    assert decode(orjson.dumps({**orjson.loads(a_line(event_id=5)), "campaign": 9})).event_id == 5
