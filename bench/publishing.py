"""Publishing the benchmark's links, and sealing its visitors' cookies, with Trellis' own functions."""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.settings")
django.setup()

from apps.ingress import routes  # noqa: E402  (settings are read when these are imported)
from apps.ingress.broker import broker  # noqa: E402
from apps.ingress.snowflake import EPOCH_MS, click_ids, milliseconds_of, visitor_ids  # noqa: E402
from bench import traffic  # noqa: E402

VISITORS = 2_000
A_DAY_MS = 86_400_000


def publish_links() -> None:
    """All links of the benchmark, and nothing else, are in force. Whatever was with the broker is gone."""
    broker().flushdb()
    routes.publish(broker(), traffic.units(), whole=True)


def cookies() -> list[str]:
    """Of visitors who came first a day ago, so that none is handed out anew."""
    yesterday = int(time.time() * 1000) - A_DAY_MS
    return [visitor_ids().seal((yesterday + n - EPOCH_MS) << 22) for n in range(VISITORS)]


def event_of(click_id: str) -> int:
    """The event's id inside a click id of a Location header. Raises BadId."""
    return click_ids().open(click_id)


def moment_of(event_id: int) -> float:
    """Unix seconds at which the redirect was answered."""
    return milliseconds_of(event_id) / 1000
