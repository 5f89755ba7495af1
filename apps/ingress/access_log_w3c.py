"""Lines in the W3C extended format of IIS, CloudFront and others: `#Fields:` says which columns follow.

Source: W3C working draft WD-logfile-960323. IIS writes blanks in a value as `+`, CloudFront percent-encodes them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from urllib.parse import unquote_to_bytes

from apps.ingress.access_log import Format, Hit, Malformed, address, moment, split_target, text

NAMES = {
    "ip": ("c-ip",),
    "host": ("x-host-header", "cs-host", "cs(Host)"),
    "method": ("cs-method",),
    "path": ("cs-uri-stem",),
    "query": ("cs-uri-query",),
    "target": ("cs-uri",),
    "status": ("sc-status",),
    "referrer": ("cs(Referer)", "cs(Referrer)"),
    "user_agent": ("cs(User-Agent)",),
    ":protocol": ("cs-version", "cs-protocol-version"),
    ":bytes": ("sc-bytes",),
    ":user": ("cs-username",),
}


@dataclass
class W3cLog:
    """Reader of one file: a `#Fields:` line changes how the lines after it are read."""

    zone: tzinfo = UTC
    columns: list[str] = field(default_factory=list)

    def read(self, line: bytes) -> Hit | None:
        if line.startswith(b"#"):
            if line.startswith(b"#Fields:"):
                self.columns = text(line.removeprefix(b"#Fields:")).split()
            return None
        if not self.columns:
            raise Malformed("no #Fields: line before it")
        parts = line.split(b"\t") if b"\t" in line else line.split()
        if len(parts) != len(self.columns):
            raise Malformed(f"{len(parts)} columns where #Fields: names {len(self.columns)}")
        return self._hit(dict(zip(self.columns, parts, strict=True)))

    def context(self) -> dict[str, str]:
        return {"format": Format.W3C, "time_zone": str(self.zone), "fields": " ".join(self.columns)}

    def _hit(self, row: dict[str, bytes]) -> Hit:
        status = _first(row, NAMES["status"])
        if not status.isdigit():
            raise Malformed("no sc-status")
        path, query = split_target(text(_first(row, NAMES["target"])))
        return Hit(
            happened_at=self._moment(row),
            ip=address(text(_first(row, NAMES["ip"]))),
            host=text(_first(row, NAMES["host"])),
            method=text(_first(row, NAMES["method"])),
            path=text(_first(row, NAMES["path"])) or path,
            query=text(_first(row, NAMES["query"])) or query,
            status=int(status),
            referrer=_spaced(_first(row, NAMES["referrer"])),
            user_agent=_spaced(_first(row, NAMES["user_agent"])),
            extras=tuple(_extras(row)),
        )

    def _moment(self, row: dict[str, bytes]) -> datetime:
        if "date" not in row or "time" not in row:
            raise Malformed("no date and time")
        return moment(row["date"] + b" " + row["time"], self.zone)


def _first(row: dict[str, bytes], names: Iterable[str]) -> bytes:
    found = (row[name] for name in names if row.get(name, b"-") != b"-")
    return next(found, b"")


def _spaced(value: bytes) -> str:
    if b" " in value or b"+" in value:
        return text(value.replace(b"+", b" "))
    return text(unquote_to_bytes(value)) if b"%20" in value else text(value)


def _extras(row: dict[str, bytes]) -> Iterable[tuple[str, str]]:
    """What an event has no field for: the known ones by our names, the rest by the server's."""
    known = {name: ours for ours, names in NAMES.items() for name in names}
    for name, value in row.items():
        ours = known.get(name, f":{name}")
        if ours.startswith(":") and value != b"-" and name not in {"date", "time"}:
            yield ours, text(value)
