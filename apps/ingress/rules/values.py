"""What terms compare with: read from a document and checked against the field, and written back."""

import re
from collections.abc import Callable
from typing import cast

from apps.ingress.rules import addresses, patterns
from apps.ingress.rules.fields import Field, Type
from apps.ingress.rules.nodes import Value
from apps.ingress.rules.operators import Takes
from apps.ingress.rules.text import from_bytes, is_utf8, to_bytes
from apps.ingress.rules.trouble import BadRule

TEXT_MAX_CHARS = 2_000
LIST_MAX = 1_000
# ClickHouse compares with one after the other: 1 µs an event for a hundred (2026-11-23).
NETWORKS_MAX = 100
# Larger numbers are written as text: JavaScript has no whole ones beyond.
SAFE_MAX = 2**53 - 1
DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
DIGITS = re.compile(r"[0-9]{1,20}")


def read(document: object, field: Field, takes: Takes, pointer: str) -> Value:
    """The value of a term in the one form in which it is kept. Errors: BadRule."""
    match takes:
        case Takes.NOTHING:
            raise BadRule(pointer, "This operator compares with nothing; leave the value out.")
        case Takes.ONE:
            return _one(document, field, pointer)
        case Takes.NAME:
            return field.form(_plain(document, pointer))
        case Takes.TWO:
            return _two(document, field, pointer)
        case Takes.PATTERN:
            return _pattern(document, pointer)
        case Takes.MANY | Takes.DOMAINS | Takes.NETWORKS:
            most = NETWORKS_MAX if takes is Takes.NETWORKS else LIST_MAX
            listed = enumerate(_list(document, most, pointer))
            found = [_LISTED[takes](each, field, f"{pointer}/{i}") for i, each in listed]
            return cast(Value, tuple(dict.fromkeys(found)))


def written(value: Value) -> object:
    """The value as a document, which `read` turns into the same value."""
    match value:
        case tuple():
            return [written(each) for each in value]
        case str() if not _is_plain(value):
            return {"hex": to_bytes(value).hex()}
        case int() if value > SAFE_MAX:
            return str(value)
        case _:
            return value


def _one(document: object, field: Field, pointer: str) -> str | int | bool:
    match field.type:
        case Type.FLAG:
            return _flag(document, pointer)
        case Type.NUMBER | Type.CLOCK:
            return _number(document, field, pointer)
        case _:
            return _text(document, field, pointer)


def _text(document: object, field: Field, pointer: str) -> str:
    text = field.form(_bytes(document, pointer) if isinstance(document, dict) else _plain(document, pointer))
    if len(text if _is_plain(text) else to_bytes(text)) > TEXT_MAX_CHARS:
        raise BadRule(pointer, f"In the form in which it is stored this has more than {TEXT_MAX_CHARS:,} characters.")
    if field.choices and text not in field.choices:
        raise BadRule(pointer, f"The {field.label} is one of {', '.join(field.choices)}.")
    return text


def _plain(document: object, pointer: str) -> str:
    if not isinstance(document, str):
        raise BadRule(pointer, "A text is wanted here.")
    if not document:
        raise BadRule(pointer, "Empty means absent: ask “is_empty” or “is_set” for that.")
    if len(document) > TEXT_MAX_CHARS:
        raise BadRule(pointer, f"A text has at most {TEXT_MAX_CHARS:,} characters.")
    if not _is_plain(document):
        raise BadRule(pointer, 'Zero bytes and bytes that are not UTF-8 are written {"hex": "ff00"}.')
    return document


def _bytes(document: dict[object, object], pointer: str) -> str:
    digits = document.get("hex")
    if set(document) != {"hex"} or not isinstance(digits, str):
        raise BadRule(pointer, 'A text is wanted here, or bytes as {"hex": "ff00"}.')
    if not digits or len(digits) > 2 * TEXT_MAX_CHARS or not re.fullmatch("([0-9a-f]{2})+", digits):
        raise BadRule(f"{pointer}/hex", f"Two digits 0-9a-f are wanted for each of 1 to {TEXT_MAX_CHARS:,} bytes.")
    return from_bytes(bytes.fromhex(digits))


def _number(document: object, field: Field, pointer: str) -> int:
    if isinstance(document, str) and DIGITS.fullmatch(document):
        document = int(document)
    if not isinstance(document, int) or isinstance(document, bool):
        raise BadRule(pointer, "A whole number is wanted here.")
    if not field.low <= document <= field.high:
        absent = " 0 means absent: ask “is_empty” or “is_set” for that." if document == field.empty else ""
        raise BadRule(pointer, f"The {field.label} lies between {field.low} and {field.high}.{absent}")
    return document


def _flag(document: object, pointer: str) -> bool:
    if not isinstance(document, bool):
        raise BadRule(pointer, "true or false is wanted here.")
    return document


def _two(document: object, field: Field, pointer: str) -> tuple[int, ...]:
    numbers = [_number(each, field, f"{pointer}/{i}") for i, each in enumerate(_list(document, LIST_MAX, pointer))]
    if len(numbers) != 2 or numbers[0] > numbers[1]:
        raise BadRule(pointer, "Two numbers are wanted here, the lower one first.")
    return tuple(numbers)


def _pattern(document: object, pointer: str) -> str:
    text = _plain(document, pointer)
    if len(text) > patterns.MAX_CHARS:
        raise BadRule(pointer, f"A pattern has at most {patterns.MAX_CHARS} characters.")
    try:
        patterns.compiled(text)
    except patterns.BadPattern as error:
        raise BadRule(pointer, f"This is not a pattern of RE2: {error}.") from error
    return text


def _domain(document: object, field: Field, pointer: str) -> str:
    text = _plain(document, pointer).lower().rstrip(".")
    try:
        text = text.encode("idna").decode()
    except UnicodeError:
        text = ""
    if not DOMAIN.fullmatch(text):
        raise BadRule(pointer, "A domain such as example.com is wanted here.")
    return text


def _network(document: object, field: Field, pointer: str) -> str:
    try:
        return addresses.network(_plain(document, pointer))
    except ValueError as error:
        if isinstance(error, BadRule):
            raise
        raise BadRule(pointer, "An address or a network such as 192.0.2.0/24 is wanted here.") from error


def _list(document: object, most: int, pointer: str) -> list[object]:
    if not isinstance(document, list):
        raise BadRule(pointer, "A list is wanted here.")
    if not 1 <= len(document) <= most:
        raise BadRule(pointer, f"A list here has 1 to {most:,} values.")
    return document


def _is_plain(text: str) -> bool:
    return is_utf8(text) and "\0" not in text


_LISTED: dict[Takes, Callable[[object, Field, str], str | int | bool]] = {
    Takes.MANY: _one,
    Takes.DOMAINS: _domain,
    Takes.NETWORKS: _network,
}
