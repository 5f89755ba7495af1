from datetime import UTC, datetime

import orjson
import pytest

from apps.ingress.event import Event, Origin
from apps.ingress.line import BadLine, ByCampaign, decode
from tests.ingress.make import AGENT, NOW, a_line


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


def test_everything_on_the_line_comes_back_in_its_own_field() -> None:
    line = a_line(headers={"referer": "https://a.example/", "host": "go.example.com", "cookie": "a=b"}, link_id=71)

    event = decode(line, stored_at=NOW)._asdict()

    said = orjson.loads(line)
    same = ("method", "scheme", "host", "path", "query", "ip", "status", "reason")
    assert {name: event[name] for name in same} == {name: said[name] for name in same}
    assert (event["organization_id"], event["link_id"], event["retention_days"]) == (7, 71, 365)
    assert (event["destination"], event["stored_at"]) == ("https://shop.example.com/", NOW)
    assert (event["user_agent"], event["referrer"]) == (AGENT, "https://a.example/")
    assert (event["visitor_is_new"], event["withheld_headers"]) == (False, ("Cookie",))
    assert event["headers"][0] == ("Host", "go.example.com")


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
    assert decode(orjson.dumps({**orjson.loads(a_line(event_id=5)), "weather": 9})).event_id == 5


def test_a_line_says_what_a_campaign_decided() -> None:
    by = ByCampaign(5, 3, 11, 2, 1 / 3, (0, 12))

    event = decode(a_line(by=by))

    found = (event.routed_campaign_id, event.routed_version, event.rule_id, event.destination_id)
    assert (*found, event.propensity, event.capped) == tuple(by)


def test_a_line_without_a_campaign_has_nothing_of_it() -> None:
    event = decode(a_line())

    assert (event.routed_campaign_id, event.rule_id, event.propensity, event.capped) == (0, 0, 0.0, ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("campaign", -1),
        ("campaign", "5"),
        ("version", 2**32),
        ("rule", None),
        ("destination", 1.5),
        ("propensity", 1.1),
        ("propensity", "all"),
        ("capped", [2**32]),
        ("capped", 3),
    ],
)
def test_what_is_no_decision_of_a_campaign_is_refused(name: str, value: object) -> None:
    said = orjson.loads(a_line(by=ByCampaign(5, 3, 11, 2, 0.5, ())))

    with pytest.raises(BadLine):
        decode(orjson.dumps({**said, name: value}))
