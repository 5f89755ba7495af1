"""Which reader a file needs: named by the person who brings it, or recognised from its first lines."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from zoneinfo import ZoneInfo

from apps.ingress.access_log import Format, Malformed, Reader, ServerLog
from apps.ingress.access_log_w3c import W3cLog

# The narrower before the wider: a combined line with a host in front reads as combined with some forgiveness.
CANDIDATES = (Format.W3C, Format.VHOST_COMBINED, Format.COMBINED, Format.COMMON)


def reader_for(format: Format, zone: tzinfo, fields: str = "") -> Reader:
    return W3cLog(zone, fields.split()) if format is Format.W3C else ServerLog(format, zone)


def reader_from(context: Mapping[str, str]) -> Reader:
    """The reader that `Reader.context` described."""
    return reader_for(Format(context["format"]), ZoneInfo(context["time_zone"]), context.get("fields", ""))


def recognised(lines: Sequence[bytes], zone: tzinfo) -> Format | None:
    """The format that reads the most of these lines, unmended ones counting double; None when none does."""
    scores = {format: _score(reader_for(format, zone), lines) for format in CANDIDATES}
    best = max(scores, key=lambda format: scores[format])
    return best if scores[best] else None


def reads_any(format: Format, lines: Sequence[bytes], zone: tzinfo) -> bool:
    return _score(reader_for(format, zone), lines) > 0


def _score(reader: Reader, lines: Sequence[bytes]) -> int:
    return sum(_worth(reader, line) for line in lines if line.strip())


def _worth(reader: Reader, line: bytes) -> int:
    try:
        hit = reader.read(line)
    except Malformed:
        return 0
    return 0 if hit is None else 1 if hit.mended else 2
