"""One spelling for what people write in many: words of one campaign, typed twice, are the same words."""

import re
from functools import lru_cache
from unicodedata import normalize
from urllib.parse import unquote_to_bytes

from apps.ingress.enrich.address import bytes_of

MAX_CHARS = 500
READ_CHARS = 2_000
# Only short texts are remembered: what a hostile click says must not fill the memory of a worker.
REMEMBERED_CHARS = 200
# What a tool encoded that had been encoded already: %2520 arrives here as %20.
ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
ENCODED_AGAIN = 2
# Nothing to see: control characters that are no white space, soft hyphens, spaces without width, halves of characters.
INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\xad\u200b-\u200f\u2060\ufeff\ud800-\udfff]")


def spelled(text: str) -> str:
    """A decoded value in lower case and composed form (NFC), white space trimmed and collapsed, at most 500 characters."""
    return _remembered(text) if len(text) <= REMEMBERED_CHARS else _spelled(text[:READ_CHARS])


def canonical(name: str) -> str:
    """A parameter's name as we look it up. Links copied out of HTML source have &amp; between parameters."""
    return name.lower().removeprefix("amp;")


def _spelled(text: str) -> str:
    for _ in range(ENCODED_AGAIN):
        if not ESCAPE.search(text):
            break
        text = text_of(unquote_to_bytes(bytes_of(text)))
    return _plain(text)


# 3 µs for a word seen for the first time, 0.06 from here (2026-11-23).
_remembered = lru_cache(maxsize=50_000)(_spelled)


def said(raw: bytes, charsets: tuple[str, ...] = ()) -> str:
    """The same of bytes, in the first of UTF-8 and `charsets` that they are."""
    return _plain(text_of(raw[: READ_CHARS * 4], charsets))


def text_of(raw: bytes, charsets: tuple[str, ...] = ()) -> str:
    for charset in ("utf-8", *charsets):
        try:
            return raw.decode(charset)
        except UnicodeError:
            continue
    return raw.decode("cp1252", "replace")


def _plain(text: str) -> str:
    if text.isascii():
        text = text.lower()
    else:
        # A capital may be composed and its small letter not, as J with a caron: so once more behind it.
        text = normalize("NFC", normalize("NFC", text_of(bytes_of(text))).lower())
    if not text.isprintable():
        text = INVISIBLE.sub("", text)
    return " ".join(text.split())[:MAX_CHARS].rstrip()
