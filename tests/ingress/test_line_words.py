"""Bytes for people."""

import pytest

from apps.ingress.line_words import hex_dump, readable


@pytest.mark.parametrize(
    ("raw", "text"),
    [(b"plain", "plain"), ("é".encode(), "é"), (b"\xff", r"\xff"), (b"a\x1b[2J\n", r"a\x1b[2J\n"), (b"", "")],
)
def test_bytes_are_readable_and_cannot_move_a_cursor(raw: bytes, text: str) -> None:
    assert readable(raw) == text


def test_a_hex_dump_shows_where_what_and_how_it_looks() -> None:
    assert hex_dump(b"0123456789abcdef\x00") == (
        f"000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n000010  {'00':<47}  ."
    )
