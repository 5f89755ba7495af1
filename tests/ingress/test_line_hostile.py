"""Lines of every kind are read as a plain reading field by field reads them, and refused where that refuses them."""

import json
import random
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from apps.ingress.capture import first_values, utf8
from apps.ingress.event import Event, Origin
from apps.ingress.line import BadLine, decode
from tests.ingress.make import NOW, a_line

TEXTS = ("method", "scheme", "host", "path", "query", "ip", "reason", "key", "to")
ENDS = {
    "org": 2**32,
    "id": 2**64,
    "visitor": 2**64,
    "at": 10_413_792_000_000,
    "status": 2**16,
    "link": 2**64,
    "days": 2**32,
}
WORDS = (
    "",
    "go.example.com",
    "a=b&a=c&=&x",
    "q=%FF+%2B&q=",
    "caf\u00c3\u00a9",
    "\u00ff\u00fe",
    "a\x00b",
    "\u00ed\u00a0\u0080",
)
NAMES = ("User-Agent", "user-agent", "USER-AGENT", "Referer", "referer", "X-\u00e9", "")
NOT_TEXT: tuple[Any, ...] = (None, 5, 1.5, True, [], ["a"], {"a": "b"})
NOT_NUMBERS: tuple[Any, ...] = (None, "7", 1.0, True, False, -1, [], 2**64, 2**32, 2**16, 10_413_792_000_000)
NOT_PAIRS: tuple[Any, ...] = (
    ["a"],
    ["a", "b", "c"],
    [],
    5,
    None,
    "ab",
    "abc",
    ["a", 5],
    [5, "a"],
    [None, None],
    [["a"], "b"],
    {"a": 1, "b": 2},
)


def read_plainly(said: dict[str, Any]) -> Event:
    for name, end in ENDS.items():
        if type(said[name]) is not int or not 0 <= said[name] < end:
            raise ValueError(name)
    for name in TEXTS:
        if type(said[name]) is not str:
            raise ValueError(name)
    if type(said["new"]) is not bool or not all(type(name) is str for name in said["withheld"]):
        raise ValueError("new or withheld")
    headers = tuple((name, utf8(value)) for name, value in said["headers"])
    named = {name.lower(): value for name, value in headers}
    return Event(
        organization_id=said["org"],
        event_id=said["id"],
        happened_at=datetime.fromtimestamp(said["at"] / 1000, UTC),
        stored_at=NOW,
        visitor_id=said["visitor"],
        visitor_is_new=said["new"],
        method=said["method"],
        scheme=said["scheme"],
        host=utf8(said["host"]),
        path=utf8(said["path"]),
        query=utf8(said["query"]),
        headers=headers,
        withheld_headers=tuple(said["withheld"]),
        ip=said["ip"],
        parameters=first_values(said["query"]),
        user_agent=named.get("user-agent", ""),
        referrer=named.get("referer", ""),
        origin=Origin.LIVE,
        status=said["status"],
        reason=said["reason"],
        link_id=said["link"],
        link_key=utf8(said["key"]),
        destination=said["to"],
        retention_days=said["days"],
    )


def a_said(choice: random.Random) -> dict[str, Any]:
    said = orjson.loads(a_line())
    said |= {name: choice.choice(WORDS) for name in TEXTS}
    said |= {name: choice.choice((0, 1, end - 1)) for name, end in ENDS.items() if name != "at"}
    said["headers"] = [[choice.choice(NAMES), choice.choice(WORDS)] for _ in range(choice.randrange(6))]
    said["withheld"] = [choice.choice(NAMES) for _ in range(choice.randrange(3))]
    said["new"] = choice.random() < 0.5
    return dict(said)


def spoiled(said: dict[str, Any], choice: random.Random) -> dict[str, Any]:
    """With one thing in it that may not be there."""
    what = choice.randrange(5)
    if what == 0:
        return {**said, choice.choice(TEXTS): choice.choice(NOT_TEXT)}
    if what == 1:
        return {**said, choice.choice(list(ENDS)): choice.choice(NOT_NUMBERS)}
    if what == 2:
        return {**said, "headers": [*said["headers"], choice.choice(NOT_PAIRS), ["User-Agent", "a"]]}
    if what == 3:
        return {**said, "withheld": choice.choice((None, 5, "ab", [5], [["a"]], {"a": 1}))}
    missing = choice.choice(list(said))
    return {name: value for name, value in said.items() if name != missing}


def read(reading: Any, given: Any) -> Event | None:
    try:
        return reading(given)  # type: ignore[no-any-return]
    except (BadLine, KeyError, TypeError, ValueError, AttributeError):
        return None


@pytest.mark.parametrize("seed", range(20))
def test_a_line_is_read_as_a_plain_reading_reads_it(seed: int) -> None:
    choice = random.Random(seed)

    for _ in range(200):
        said = a_said(choice)

        event = decode(orjson.dumps(said), stored_at=NOW)

        assert event == read_plainly(said)
        assert [type(value) for value in event] == [type(value) for value in read_plainly(said)]


@pytest.mark.parametrize("seed", range(20))
def test_a_spoiled_line_is_refused_where_a_plain_reading_refuses_it(seed: int) -> None:
    choice = random.Random(seed)

    for _ in range(200):
        said = spoiled(a_said(choice), choice)
        line = json.dumps(said).encode()  # which writes numbers of any length

        assert read(lambda line: decode(line, stored_at=NOW), line) == read(read_plainly, orjson.loads(line)), said


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"org": -1}, "org is not a number below"),
        ({"status": 70_000}, "status is not a number below"),
        ({"ip": ["a"]}, "ip is not text"),
        ({"withheld": [5]}, "withheld is not a list of names"),
        ({"headers": [["a", 5]]}, "headers is not a list of names and values"),
        ({"new": "maybe"}, "new is neither true nor false"),
    ],
)
def test_what_is_refused_is_named(change: dict[str, Any], word: str) -> None:
    with pytest.raises(BadLine, match=word):
        decode(orjson.dumps({**orjson.loads(a_line()), **change}))
