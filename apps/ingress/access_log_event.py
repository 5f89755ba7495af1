"""From a hit of an access log to a line like those of the spool, with ids that are the same whenever it is imported."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import orjson
from django.conf import settings

from apps.ingress.access_log import Hit, Reader
from apps.ingress.event import Origin

# Bit 63 says "imported": a snowflake reaches it in 2093. Below are 16 bits of days since 1970 and 47 bits of hash.
IMPORTED = 1 << 63
HASH_BITS = 47
DAY_S = 86_400
# Identical lines carry the same second, so they stand close together; further apart than this they count as one.
REMEMBERED_LINES = 250_000


@dataclass(frozen=True)
class Import:
    """What is the same for every line of one file. `retention_days` 0 keeps its events for ever."""

    organization_id: int
    reader: Reader
    host: str = ""
    scheme: str = "http"
    retention_days: int = 0

    def context(self) -> dict[str, str]:
        return {
            **self.reader.context(),
            "host": self.host,
            "scheme": self.scheme,
            "retention_days": str(self.retention_days),
        }


class Occurrences:
    """Which one of the identical lines a line is, from 0. Remembers between one and two times `REMEMBERED_LINES`."""

    def __init__(self) -> None:
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}

    def next(self, raw: bytes) -> int:
        digest = blake2b(raw, digest_size=8).digest()
        n = self._young.get(digest, self._old.get(digest, 0))
        self._young[digest] = n + 1
        if len(self._young) == REMEMBERED_LINES:
            self._old, self._young = self._young, {}
        return n


def event_id(organization_id: int, raw: bytes, occurrence: int, happened_at: datetime) -> int:
    """The same line of the same organization has the same id, always. Its day is in it, so it is found quickly."""
    digest = blake2b(b"%d %d " % (organization_id, occurrence) + raw, digest_size=8, person=b"imported event")
    days = int(happened_at.timestamp()) // DAY_S
    return IMPORTED | days << HASH_BITS | int.from_bytes(digest.digest()) >> (64 - HASH_BITS)


def visitor_id(organization_id: int, hit: Hit) -> int:
    """The nearest a log comes to a visitor: one address with one agent. 63 bits, never 0."""
    who = f"{organization_id} {hit.ip} {hit.user_agent}".encode("utf-8", "surrogateescape")
    key = settings.TRELLIS_CLICK_KEY.encode()[:64]
    digest = blake2b(who, digest_size=8, key=key, person=b"log visitor")
    return int.from_bytes(digest.digest()) >> 1 or 1


def encode(source: Import, event_id: int, hit: Hit) -> bytes:
    """The hit as a line that `line.decode` reads."""
    headers = (("User-Agent", hit.user_agent), ("Referer", hit.referrer))
    return orjson.dumps(
        {
            "id": event_id,
            "at": int(hit.happened_at.timestamp()) * 1000,
            "org": source.organization_id,
            "visitor": visitor_id(source.organization_id, hit),
            "new": False,
            "method": hit.method,
            "scheme": source.scheme,
            "host": source.host or hit.host,
            "path": hit.path,
            "query": hit.query,
            "headers": [*((name, value) for name, value in headers if value), *hit.extras],
            "withheld": [],
            "ip": hit.ip,
            "status": hit.status,
            "reason": "",
            "link": 0,
            "key": "",
            "to": "",
            "days": source.retention_days,
            "origin": Origin.IMPORT,
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )
