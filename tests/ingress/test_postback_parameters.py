import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ingress.postbacks.parameters import Unreadable, body_pairs, firsts, query_pairs

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
PARTS = "multipart/form-data; boundary=b"
TYPES = (
    "", FORM, JSON, PARTS, "multipart/form-data", "text/plain", f"{FORM}; charset=windows-1251", f"{FORM}; charset*0=x; charset*=y",
    "multipart/form-data; boundary*0=a; boundary*=b", "application/x+json; charset*99999999=1", "é/ü; =;;;", "a/b; charset=\"",
)  # fmt: skip


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("a=1&b=2", (("a", "1"), ("b", "2"))),
        ("a=1&a=2&&", (("a", "1"), ("a", "2"))),
        ("a=%41+b&c", (("a", "A b"), ("c", ""))),
        ("a=%4&b=%zz&c=100%", (("a", "%4"), ("b", "%zz"), ("c", "100%"))),
        ("a=%FF&b=\xe9", (("a", "\udcff"), ("b", "\udce9"))),
        ("a=b=c&=d", (("a", "b=c"), ("", "d"))),
        ("%63lick_id=%E2%82%AC", (("click_id", "€"),)),
    ],
)
def test_a_query_is_read_with_everything_that_is_odd_in_it(query: str, pairs: tuple[tuple[str, str], ...]) -> None:
    assert query_pairs(query) == pairs


@pytest.mark.parametrize(
    ("content_type", "body", "pairs"),
    [
        (FORM, b"a=1&b=%C3%A9", (("a", "1"), ("b", "é"))),
        (FORM, b"a=1\r\n", (("a", "1"),)),
        (f"{FORM}; charset=utf-8", b"a=\xc3\xa9", (("a", "é"),)),
        (f"{FORM}; charset=windows-1251", b"a=%E6&b=\xe6+c", (("a", "ж"), ("b", "ж c"))),
        (f"{FORM}; charset=shift_jis", b"a=%83%65", (("a", "テ"),)),
        (f"{FORM}; charset=idna", b"a=%C3%A9", (("a", "é"),)),
        (f"{FORM}; charset=utf-8", b"a=%FF", (("a", "\udcff"),)),
        (FORM, b'{"a": 1}', (("a", "1"),)),
        (FORM, b"{a}=1", (("{a}", "1"),)),
        ("", b"a=1", (("a", "1"),)),
        ("", b'{"a": 1}', (("a", "1"),)),
        ("text/plain", b'{"a": 1}', (("a", "1"),)),
        ("text/plain", b"a=1", ()),
        ("application/octet-stream", b"\x00\xff", ()),
        (JSON, b" \r\n", ()),
    ],
)
def test_a_body_is_read_by_its_type(content_type: str, body: bytes, pairs: tuple[tuple[str, str], ...]) -> None:
    assert body_pairs(content_type, body) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ('{"payout": 12.10, "n": 1e400}', (("payout", "12.10"), ("n", "1e400"))),
        ('{"order": 123456789012345678901234567890}', (("order", "123456789012345678901234567890"),)),
        ('{"a": true, "b": false, "c": null}', (("a", "true"), ("b", "false"), ("c", ""))),
        ('{"a": {"b": "c", "d": {"e": 1}}}', (("a.b", "c"),)),
        ('{"a": [1, "2", [3], {"b": 4}]}', (("a", "1"), ("a", "2"))),
        ('{"a": 1, "a": 2}', (("a", "1"), ("a", "2"))),
        ("{}", ()),
        ('\ufeff{"a": 1}', (("a", "1"),)),
        ('{"a": "\\u0000\\ud800"}', (("a", "\0\ud800"),)),
    ],
)
def test_json_is_read_flat_or_one_level_deep_and_keeps_numbers_as_written(
    text: str, pairs: tuple[tuple[str, str], ...]
) -> None:
    assert body_pairs(JSON, text.encode()) == pairs


def test_json_in_bytes_that_are_no_utf_8_is_read_all_the_same() -> None:
    assert body_pairs(JSON, b'{"a": "\xff"}') == (("a", "\udcff"),)
    assert body_pairs(JSON, '{"a": "é"}'.encode("utf-16")) == (("a", "é"),)


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b"null", b'"a"', b"{'a': 1}", b"[" * 60_000, b'{"a":' * 10_000, b"\x00", b"1"]
)
def test_what_is_no_json_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        body_pairs(JSON, body)


def test_a_form_in_parts_is_read() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="payout"\r\n\r\n12.5\r\n'
        b'--b\r\nContent-Disposition: form-data; name="note"; filename="n"\r\n\r\n\xff\r\nline\r\n'
        b"--b\r\nX: y\r\n\r\nnameless\r\n--b--\r\n"
    )

    assert body_pairs(PARTS, body) == (("payout", "12.5"), ("note", "\udcff\r\nline"))


@pytest.mark.parametrize("body", [b"payout=1", b"--c\r\n\r\n", b"--b"])
def test_a_form_without_its_parts_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        body_pairs("multipart/form-data; boundary=other", body)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, b"a=1&" * 1_001),
        (JSON, b'{"a": [' + b"1," * 1_000 + b"1]}"),
        (PARTS, b"--b\r\n" * 1_001),
    ],
)
def test_a_body_of_more_values_than_anybody_needs_is_unreadable(content_type: str, body: bytes) -> None:
    with pytest.raises(Unreadable, match="more than 1,000"):
        body_pairs(content_type, body)


def test_of_repeated_names_the_first_counts() -> None:
    assert firsts((("a", "1"), ("b", "2"), ("a", "3"))) == {"a": "1", "b": "2"}


@given(
    content_type=st.sampled_from(TYPES) | st.text(st.characters(max_codepoint=255)),
    body=st.binary()
    | st.sampled_from((b"--b\r\nContent-Disposition: form-data; name*0=a; name*=b\r\n\r\nx\r\n--b--",)),
)
def test_no_body_is_a_fault(content_type: str, body: bytes) -> None:
    try:
        pairs = body_pairs(content_type, body)
    except Unreadable:
        return
    assert all(isinstance(text, str) for pair in pairs for text in pair)


@given(st.text(st.characters(max_codepoint=255)))
def test_no_query_is_a_fault(query: str) -> None:
    assert all(isinstance(text, str) for pair in query_pairs(query) for text in pair)
