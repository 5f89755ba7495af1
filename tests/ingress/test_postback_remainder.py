"""A body without some of its parameters is read as before, but for those."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ingress.postbacks.parameters import body_pairs
from apps.ingress.postbacks.remainder import body_without
from tests.ingress.postbacks import FORM, JSON

PARTS = "multipart/form-data; boundary=b"
NAMES = st.sampled_from(("email", "txid", "payout", "customer", "é", "{a}", "[b]", "", "a b"))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = TEXTS | st.integers() | st.floats() | st.booleans() | st.none()
INNER = PLAIN | st.lists(PLAIN | st.lists(PLAIN) | st.dictionaries(NAMES, PLAIN))
MEMBERS = st.dictionaries(NAMES, INNER | st.dictionaries(NAMES, INNER | st.dictionaries(NAMES, INNER)))


def goes(name: str) -> bool:
    return "email" in name.split(".")


def check(content_type: str, body: bytes) -> None:
    """What stays is read as it was, in its order, and there is nothing to take out the second time."""
    left = body_without(content_type, body, goes)

    stay = tuple(pair for pair in body_pairs(content_type, body) if not goes(pair[0]))
    assert body_pairs(content_type, left) == stay
    assert body_without(content_type, left, goes) == left


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ('{"email": "a", "n": 123456789012345678901234, "p": 12.10}', '{"n":123456789012345678901234,"p":12.10}'),
        ('{"a": 1e400, "b": [1.0, "1.0", [2], {"email": 3}]}', '{"a":1e400,"b":[1.0,"1.0"]}'),
        ('{"a": 1, "email": 2, "a": 3}', '{"a":1,"a":3}'),
        ('{"c": {"email": "x", "id": 7, "id": 8}, "d": null}', '{"c":{"id":7,"id":8},"d":null}'),
        ('{"c": {"email": "x"}, "d": {"e": {"email": "x"}}, "f": true}', '{"f":true}'),
        ('{"email": {"of": "x"}, "a": "\\u00e9"}', '{"a":"\\u00e9"}'),
        ('{"email": "x"}', ""),
        ("{}", ""),
        ("[1]", ""),
        ('{"email": "x"', ""),
    ],
)
def test_json_keeps_numbers_and_repeats_as_they_came(body: str, left: str) -> None:
    assert body_without(JSON, body.encode(), goes) == left.encode()


@pytest.mark.parametrize(
    ("content_type", "body", "left"),
    [
        (FORM, b"a=1&email=x&a=%41", b"a=1&&a=%41"),
        (FORM, b"e%6dail=x&b=2\r\n", b"&b=2"),
        (FORM, b'{"a": 1, "email": "x"}', b'{"a":1}'),
        (FORM, b'{"a": 1, "email": "x"&b=1', b"&b=1"),
        (FORM, b"{a}=1&email=x", b"{a}=1"),
        ("", b"email=x&[a]=1", b"&[a]=1"),
        ("", b'{"a": 1, "email": "x"}', b'{"a":1}'),
        ("text/plain", b' {"a": 1, "email": "x"}', b'{"a":1}'),
        ("text/plain", b"x@example.com", b""),
        ("application/xml", b"<email>x</email>", b""),
        (FORM, b"email=x", b""),
        (FORM, b"a=1&" * 1_001, b""),
        (JSON, b"", b""),
    ],
)
def test_a_body_is_taken_for_what_the_reader_takes_it_for(content_type: str, body: bytes, left: bytes) -> None:
    assert body_without(content_type, body, goes) == left


def test_of_a_form_in_parts_the_others_stay_without_names_of_files() -> None:
    body = (
        b'before\r\n--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nx@example.com\r\n'
        b'--b\r\nContent-Disposition: form-data; name=txid; filename="x.txt"\r\nContent-Type: text/plain\r\n\r\nA-1\r\n'
        b"--b\r\nX: y\r\n\r\nnameless\r\n--b--\r\nbehind"
    )

    left = body_without(PARTS, body, goes)

    assert left == (
        b'--b\r\nContent-Disposition: form-data; name="txid"\r\nContent-Type: text/plain\r\n\r\nA-1\r\n--b--\r\n'
    )
    check(PARTS, body)


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=other"])
def test_a_form_in_parts_that_cannot_be_read_goes(content_type: str) -> None:
    assert body_without(content_type, b'--b\r\nContent-Disposition: x; name="a"\r\n\r\nx\r\n--b--', goes) == b""


@given(
    document=MEMBERS, encoding=st.sampled_from(("utf-8", "utf-16")), content_type=st.sampled_from((JSON, "text/json"))
)
def test_any_json_is_read_as_before_but_for_what_goes(document: object, encoding: str, content_type: str) -> None:
    body = json.dumps(document, ensure_ascii=False).encode(encoding if content_type == JSON else "utf-8")

    check(content_type, body)


@given(
    pairs=st.lists(st.tuples(NAMES, TEXTS)), content_type=st.sampled_from((FORM, f"{FORM}; charset=windows-1251", ""))
)
def test_any_form_is_read_as_before_but_for_what_goes(pairs: list[tuple[str, str]], content_type: str) -> None:
    check(content_type, urlencode(pairs).encode())


@given(pairs=st.lists(st.tuples(NAMES, st.binary()), min_size=1))
def test_any_form_in_parts_is_read_as_before_but_for_what_goes(pairs: list[tuple[str, bytes]]) -> None:
    parts = [
        b'--b\r\nContent-Disposition: a; name="%b"\r\n\r\n%b\r\n' % (name.encode(), value) for name, value in pairs
    ]

    check(PARTS, b"".join(parts) + b"--b--\r\n")
