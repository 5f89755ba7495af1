"""What is left of a postback's body when parameters of some names go: it is read as before, but for those."""

import json
from collections.abc import Callable, Iterable

from apps.ingress.postbacks.parameters import (
    EITHER,
    FORM,
    JSON,
    MULTIPART,
    Number,
    Unreadable,
    body_pairs,
    charset_of,
    field_of,
    json_object,
    json_pairs_if_any,
    kind_of,
    parts_of,
    text_of,
)

Names = Callable[[str], bool]


def body_without(content_type: str, body: bytes, goes: Names) -> bytes:
    """The body without the parameters whose names go. Names are those of `body_pairs`: inside an object it is `outer.inner`.

    What gave no parameters goes too. Numbers stay as they were written, repeated names in their order. Done again it is the same.
    """
    try:
        if not body_pairs(content_type, body):
            return b""
    except Unreadable:
        return b""
    kind = kind_of(content_type, body)
    if kind == EITHER:
        kind = JSON if json_pairs_if_any(body) else FORM
    if kind == MULTIPART:
        return _parts(content_type, body, goes)
    if kind == JSON:
        return _object(json_object(body), "", goes).encode("ascii")
    return _form(body, charset_of(content_type), goes)


def _form(body: bytes, charset: str, goes: Names) -> bytes:
    """An empty part stands where one went, so that no other comes to the front, where it might look like JSON."""
    parts = body.strip(b"\r\n").split(b"&")
    return b"&".join([b"" if _names(part, charset, goes) else part for part in parts]).rstrip(b"&")


def _names(part: bytes, charset: str, goes: Names) -> bool:
    """A name with a quotation mark is JSON that was cut off, and whom it names cannot be seen."""
    name = field_of(part.partition(b"=")[0], charset)
    return '"' in name or goes(name)


def _parts(content_type: str, body: bytes, goes: Names) -> bytes:
    """Heads are written anew: the old ones have names of files."""
    boundary, parts = parts_of(content_type, body)
    kept = []
    for name, kind, value in parts:
        if not goes(text_of(name, "utf-8")):
            said = b"Content-Type:%b\r\n" % kind if kind else b""
            head = b'Content-Disposition: form-data; name="%b"\r\n%b' % (name, said)
            kept.append(b"%b\r\n%b\r\n%b\r\n" % (boundary, head, value))
    return b"".join([*kept, boundary, b"--\r\n"]) if kept else b""


def _object(pairs: Iterable[tuple[str, object]], outer: str, goes: Names) -> str:
    """Empty when nothing is left."""
    members = [
        f"{json.dumps(name)}:{text}" for name, value in pairs if (text := _value(outer + name, value, outer, goes))
    ]
    return f"{{{','.join(members)}}}" if members else ""


def _value(name: str, value: object, outer: str, goes: Names) -> str:
    """What stands behind a name; empty when it goes. Of an object inside an object nobody reads anything."""
    if isinstance(value, tuple):
        return "" if outer else _object(value, f"{name}.", goes)
    if goes(name):
        return ""
    if isinstance(value, list):
        plain = [_plain(item) for item in value if not isinstance(item, list | tuple)]
        return f"[{','.join(plain)}]" if plain else ""
    return _plain(value)


def _plain(value: object) -> str:
    return value if isinstance(value, Number) else json.dumps(value)
