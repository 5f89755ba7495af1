"""The bytes of a line for people: as text in which nothing can move a cursor, and as a hex dump."""

ROW_BYTES = 16


def readable(raw: bytes, max_chars: int = 0) -> str:
    r"""UTF-8 where it is, `\xff` where not, control characters escaped; cut at `max_chars` unless that is 0."""
    text = raw.decode("utf-8", "backslashreplace")
    safe = "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
    return f"{safe[: max_chars - 1]}…" if 0 < max_chars < len(safe) else safe


def hex_dump(raw: bytes) -> str:
    """Sixteen bytes a row: where, in hexadecimal, and as ASCII."""
    return "\n".join(_row(at, raw[at : at + ROW_BYTES]) for at in range(0, len(raw), ROW_BYTES))


def _row(at: int, part: bytes) -> str:
    letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)
    return f"{at:06x}  {part.hex(' '):<{3 * ROW_BYTES - 1}}  {letters}"
