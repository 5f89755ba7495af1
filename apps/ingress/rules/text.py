"""Text of events and rules. What is not UTF-8 is kept byte for byte as surrogates, and compared as bytes."""

from unicodedata import normalize


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def from_bytes(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def is_utf8(text: str) -> bool:
    """Whether comparing it as text says the same as comparing its bytes: a part of a letter is found in bytes only."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def ascii_lower(text: str) -> str:
    """As ClickHouse's `lower`: only A to Z change."""
    return text.lower() if text.isascii() else from_bytes(to_bytes(text).lower())


def lower(text: str) -> str:
    """The form in which enrichment stores campaigns and other words that people write in more than one way."""
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).lower())


def upper(text: str) -> str:
    return text.upper()


def as_it_is(text: str) -> str:
    return text
