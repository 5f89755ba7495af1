"""Events and rules at random."""

from itertools import chain
from typing import Any

from hypothesis import strategies as st

from apps.ingress.event import Event
from apps.ingress.rules import FAMILIES, FIELDS, OPERATORS, Field, Takes, Type, field_of
from apps.ingress.rules.text import from_bytes, is_utf8, to_bytes
from tests.ingress import make
from tests.ingress.rules import heaps

Strategy = st.SearchStrategy[Any]

SPECIAL = ("in_network", "in_network", "is_or_under", "has", "between", "less", "greater")
ANY_TEXT = st.one_of(
    st.sampled_from([*heaps.TEXTS, *map(from_bytes, heaps.BYTES)]),
    st.text(max_size=5).filter(is_utf8),
    st.binary(max_size=6).map(from_bytes),
)
OR_NOTHING = ANY_TEXT | st.just("")
PIECES = st.tuples(st.sampled_from(heaps.ATOMS), st.sampled_from(heaps.QUANTIFIERS)).map("".join)
PATTERNS = st.lists(PIECES, min_size=1, max_size=5).map("".join)
KEYS = {"parameters": heaps.PARAMETERS, "headers": heaps.HEADERS, "hour": heaps.ZONES, "weekday": heaps.ZONES}
HEADER_NAMES = st.sampled_from([*heaps.HEADERS, "\u212a", "", "\udcff"])
BY_TYPE: dict[Type, Strategy] = {
    Type.NUMBER: st.sampled_from(heaps.NUMBERS),
    Type.FLAG: st.booleans(),
    Type.ADDRESS: st.sampled_from(heaps.ADDRESSES) | ANY_TEXT,
    Type.DOMAIN: st.sampled_from(heaps.DOMAINS) | ANY_TEXT,
}
BY_COLUMN: dict[str, Strategy] = {
    "event_id": st.one_of([st.integers(n - 10**9, n) for n in (10**9 + 1, 2**53 + 10**9, 2**64 - 1)]),
    "status": st.sampled_from(heaps.SMALL_NUMBERS),
    **dict.fromkeys(
        ("asn", "routed_version", "rule_id", "destination_id"),
        st.sampled_from([number for number in heaps.NUMBERS if number < 2**32]),
    ),
    "happened_at": st.sampled_from(heaps.MOMENTS),
    "parameters": st.dictionaries(st.sampled_from([*heaps.PARAMETERS, "", "\udcff"]), OR_NOTHING, max_size=4),
    "headers": st.lists(st.tuples(HEADER_NAMES, OR_NOTHING), max_size=4),
    "withheld_headers": st.lists(HEADER_NAMES, max_size=2),
}


def events() -> st.SearchStrategy[Event]:
    """Events with some of their fields filled; the rest is empty."""
    columns = sorted({column for field in _fields() for column in field.columns})
    return st.fixed_dictionaries({}, optional={name: _stored(name) for name in columns}).map(_event)


def events_of_the_heaps() -> list[Event]:
    """Each of the nasty values at least once, the texts wherever text may stand."""
    texts = [*heaps.TEXTS, *map(from_bytes, heaps.BYTES)]
    columns = [name for name, field in FIELDS.items() if field.type is Type.TEXT]
    kept: dict[str, list[Any]] = {
        "host": heaps.DOMAINS,
        "referrer_domain": heaps.DOMAINS,
        "ip": heaps.ADDRESSES,
        "happened_at": heaps.MOMENTS,
    }
    return [
        make.an_event(
            **dict.fromkeys(columns, text),
            **{name: heap[place % len(heap)] for name, heap in kept.items()},
            parameters={heaps.PARAMETERS[place % len(heaps.PARAMETERS)]: text},
            headers=[("\u212a", text), (heaps.HEADERS[place % len(heaps.HEADERS)], text)],
        )
        for place, text in enumerate(texts)
    ]


def documents(depth: int = 3) -> Strategy:
    """Rules as documents, most of which `parse` takes."""
    inner = documents(depth - 1) if depth else _terms()
    several = st.lists(inner, max_size=4)
    return st.one_of(
        _terms(),
        several.map(lambda rules: {"all": rules}),
        several.map(lambda rules: {"any": rules}),
        inner.map(lambda rule: {"not": rule}),
    )


def _fields() -> list[Field]:
    return [*FIELDS.values(), *(field_of(f"{name}.{key}") for name in FAMILIES for key in KEYS[name])]


def _stored(column: str) -> Strategy:
    return BY_COLUMN[column] if column in BY_COLUMN else BY_TYPE.get(FIELDS[column].type, ANY_TEXT)


def _event(fields: dict[str, Any]) -> Event:
    return make.an_event(**fields)


def _terms() -> Strategy:
    pairs = [(field, op) for field in _fields() for op in field.operators]
    # Nearly all fields are text that is compared in the same ways: the others take their turns.
    rare = [(field, op) for field, op in pairs if field.type is not Type.TEXT]
    patterns = [(field, op) for field, op in pairs if op == "matches"]
    special = [pair for op in SPECIAL for pair in [pair for pair in pairs if pair[1] == op][:3] * 3]
    drawn = st.one_of([st.sampled_from(some) for some in (pairs, rare, patterns, special)])
    return drawn.flatmap(lambda pair: _term(*pair))


def _term(field: Field, op: str) -> Strategy:
    said = {"field": field.name, "op": op}
    takes = OPERATORS[op].takes
    if takes is Takes.NOTHING:
        return st.just(said)
    return _value(field, takes).map(lambda value: {**said, "value": value})


def _value(field: Field, takes: Takes) -> Strategy:
    one = _one(field)
    return {
        Takes.MANY: st.lists(one, min_size=1, max_size=4),
        Takes.TWO: st.tuples(one, one).map(sorted),
        Takes.PATTERN: PATTERNS,
        Takes.DOMAINS: st.lists(st.sampled_from(heaps.RIGHT_DOMAINS), min_size=1, max_size=3),
        Takes.NETWORKS: st.lists(st.sampled_from(heaps.NETWORKS), min_size=1, max_size=4),
        Takes.NAME: st.sampled_from(KEYS.get(field.name, [""])),
    }.get(takes, one)


def _one(field: Field) -> Strategy:
    if field.type in (Type.NUMBER, Type.CLOCK):
        return st.sampled_from([n for n in chain(heaps.NUMBERS, range(24)) if field.low <= n <= field.high])
    if field.choices:
        return st.sampled_from(field.choices)
    if field.type is Type.TEXT:
        return st.tuples(ANY_TEXT, st.integers(0, 3), st.integers(0, 3)).map(_part)
    return BY_TYPE[field.type].map(_document) if field.type in BY_TYPE else ANY_TEXT.map(_document)


def _part(drawn: tuple[str, int, int]) -> object:
    """A text without some bytes at its ends: also a half of a letter."""
    text, start, end = drawn
    raw = to_bytes(text)
    return _document(from_bytes(raw[start : len(raw) - end]))


def _document(value: object) -> object:
    if not isinstance(value, str):
        return value
    return (value or "a") if is_utf8(value) and "\0" not in value else {"hex": to_bytes(value).hex()}
