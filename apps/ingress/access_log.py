"""Lines of a web server's access log: Apache's common, combined and vhost_combined, and nginx, which writes combined.

A line is read strictly first. What does not fit is read once more with forgiveness (cut off, wrapped in quotes, quotes
not escaped), because a hit is a hit; only a line without address, time, request and status is `Malformed`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple, Protocol


class Malformed(Exception):
    """The line is not a hit in this format. The text says what was looked for."""


class Format(StrEnum):
    """How the server wrote its lines. `nginx` is `combined` by another name."""

    COMBINED = "combined"
    COMMON = "common"
    VHOST_COMBINED = "vhost_combined"
    NGINX = "nginx"
    W3C = "w3c"


@dataclass(frozen=True, slots=True)
class Hit:
    """One line, understood. Text is latin-1, one letter a byte the client sent, as in `capture`; empty means absent.

    `extras` is what the line says and an event has no field for, named like pseudo-headers: `:protocol`, `:bytes`,
    `:ident`, `:user`, `:client` (a name instead of an address), `:cut` (a last part without its end), `:more` (what
    follows the format). `method` and `path` are empty when the request was none (a TLS hello on a plain port, a
    connection without a word); `:request` then holds what came. `path` and, after a `?`, `query` are the target as
    sent: a bare `?` stays on the path. `mended` says that the line was read with forgiveness.
    """

    happened_at: datetime
    ip: str = ""
    host: str = ""
    method: str = ""
    path: str = ""
    query: str = ""
    status: int = 0
    referrer: str = ""
    user_agent: str = ""
    extras: tuple[tuple[str, str], ...] = ()
    mended: bool = False


class Reader(Protocol):
    """Reads the lines of one file, in order."""

    def read(self, line: bytes) -> Hit | None:
        """The hit of this line; None for a line that speaks about the file itself. Errors: Malformed."""

    def context(self) -> dict[str, str]:
        """What `reader_for` needs to read one of these lines again."""


QUOTED = rb'"([^"\\]*(?:\\.[^"\\]*)*)"'
HEAD = rb"(\S+) (\S+) (.*?) \[([^\]]{11,40})\] " + QUOTED + rb" (\d{3}|-) (\d+|-)"
COMMON = re.compile(HEAD + rb"(?P<more>)", re.DOTALL)
COMBINED = re.compile(HEAD + rb" " + QUOTED + rb" " + QUOTED + rb"(?P<more>(?: .*)?)", re.DOTALL)
LOOSE_HEAD = re.compile(rb'(\S+) (\S+) (.*?) \[([^\]]{11,40})\] "', re.DOTALL)
LOOSE_STATUS = re.compile(rb'" (\d{3}|-) (\d+|-)(?= |$)')
ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[bnrtv\"\\])")
ESCAPED = {b"b": b"\b", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v", b'"': b'"', b"\\": b"\\"}
REQUEST = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) +(\S.*?)(?: +(HTTP/[0-9.]+))?", re.DOTALL)
TIME = re.compile(rb"(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d)(?: ([+-])(\d\d)(\d\d))?")
MONTHS = {name: n for n, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)}


@dataclass(frozen=True)
class ServerLog:
    """Reader of the formats that Apache and nginx share. `zone` is for lines whose time names none."""

    format: Format
    zone: tzinfo = UTC

    def read(self, line: bytes) -> Hit:
        host, line = self._host(line)
        pattern = COMMON if self.format is Format.COMMON else COMBINED
        bare = _unwrapped(line)
        if match := pattern.fullmatch(bare):
            *parts, more = match.groups()
            return _hit(parts, more, host, self.zone, mended=bare != line)
        if self.format is not Format.COMMON and (loose := _loosely(bare)):
            return _hit(loose.parts, b"", host, self.zone, cut=loose.cut, mended=True)
        raise Malformed(f"not a line in {self.format} format")

    def context(self) -> dict[str, str]:
        return {"format": self.format, "time_zone": str(self.zone)}

    def _host(self, line: bytes) -> tuple[str, bytes]:
        if self.format is not Format.VHOST_COMBINED:
            return "", line
        host, _, rest = line.partition(b" ")
        return text(host), rest


def text(value: bytes) -> str:
    return value.decode("latin-1")


def address(value: str) -> str:
    """`value` when it is an IP address, else empty: servers that look names up write host names here."""
    return value if _is_address(value) else ""


def split_target(target: str) -> tuple[str, str]:
    path, _, query = target.partition("?")
    return (path, query) if query else (target, "")


def _unwrapped(line: bytes) -> bytes:
    """Some exports put quotes around the whole line; no address begins with one."""
    if line[:1] != b'"':
        return line
    return line[1:-1] if line.endswith(b'""') else line[1:]


class Loose(NamedTuple):
    parts: list[bytes]
    cut: bytes


def _loosely(line: bytes) -> Loose | None:
    """The parts of a combined line that is cut off or has bare quotes inside a quoted part; None when it is none.

    By hand and not by a longer pattern: such lines come from attackers too, and this stays linear.
    """
    if not (head := LOOSE_HEAD.match(line)):
        return None
    if not (status := LOOSE_STATUS.search(line, head.end() - 1)):
        return None
    request = line[head.end() : status.start()]
    quoted = line[status.end() :].strip().removeprefix(b'"').split(b'" "', 1)
    # A part that does not end is not the part that was sent.
    cut = b"" if quoted[-1].endswith(b'"') else quoted.pop()
    referrer, agent = [part.removesuffix(b'"') for part in [*quoted, b"", b""][:2]]
    return Loose([*head.groups(), request, *status.groups(), referrer, agent], cut)


def _hit(parts: list[bytes], more: bytes, host: str, zone: tzinfo, *, cut: bytes = b"", mended: bool) -> Hit:
    client, ident, user, time, request, status, size, *quoted = parts
    referrer, user_agent = [_value(part) for part in quoted] or ["", ""]
    method, path, query, protocol, no_request = _request(_unescaped(request))
    peer = text(client).rstrip(",")
    extras = {
        ":protocol": protocol,
        ":request": no_request,
        ":bytes": _value(size),
        ":ident": _value(ident),
        ":user": _value(user),
        ":client": "" if _is_address(peer) else _value(client),
        ":cut": text(_unescaped(cut)),
        ":more": text(more.strip()),
    }
    return Hit(
        happened_at=moment(time, zone),
        ip=address(peer),
        host=host,
        method=method,
        path=path,
        query=query,
        status=int(status) if status != b"-" else 0,
        referrer=referrer,
        user_agent=user_agent,
        extras=tuple((name, value) for name, value in extras.items() if value),
        mended=mended,
    )


def _value(raw: bytes) -> str:
    return "" if raw == b"-" else text(_unescaped(raw))


def _unescaped(raw: bytes) -> bytes:
    r"""The bytes the client sent: `\"`, `\\`, `\t` and `\xhh` undone. Any other backslash was one."""
    return ESCAPE.sub(_unescape, raw) if b"\\" in raw else raw


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code[1:], 16)]) if len(code) == 3 else ESCAPED[code]


def _request(raw: bytes) -> tuple[str, str, str, str, str]:
    """Method, path, query, protocol, and what stood there instead of a request."""
    if not (match := REQUEST.fullmatch(raw)):
        return "", "", "", "", "" if raw == b"-" else text(raw)
    path, query = split_target(text(match[2]))
    return text(match[1]), path, query, text(match[3] or b""), ""


@lru_cache(maxsize=4096)
def moment(raw: bytes, zone: tzinfo) -> datetime:
    """The time of a line in UTC, `zone` standing in for a missing one. Errors: Malformed."""
    try:
        return _local(raw, zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"no time in [{text(raw)}]") from error


def _local(raw: bytes, zone: tzinfo) -> datetime:
    if not (match := TIME.fullmatch(raw)):
        local = datetime.fromisoformat(raw.decode("ascii"))
        return local if local.tzinfo else local.replace(tzinfo=zone)
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    if sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(-offset if sign == b"-" else offset)
    whole = min(int(second), 59)  # a leap second is the second before
    return datetime(int(year), MONTHS.get(month, 0), int(day), int(hour), int(minute), whole, tzinfo=zone)


@lru_cache(maxsize=4096)
def _is_address(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True
