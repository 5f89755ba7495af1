"""Who changes stored events takes turns: updates go side by side, and nothing else begins while one is under way.

ClickHouse drops a lightweight UPDATE without a word when a mutation of its table (APPLY PATCHES is one too) begins meanwhile: 3 of
189 updates of two jobs at a time were lost, none of 282 in turns (26.7, 2026-11-29; ClickHouse issue 116686, open then).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

LOCK = 0x7475726E  # "turn"


@contextmanager
def updating() -> Iterator[None]:
    """Beside other updates; waits for a mutation that is being begun. Errors: django.db.Error."""
    yield from _holding("_shared")


@contextmanager
def mutating() -> Iterator[None]:
    """Alone: waits for the updates under way, and new ones wait. Errors: django.db.Error."""
    yield from _holding("")


def _holding(kind: str) -> Iterator[None]:
    """A lock of the session in PostgreSQL: it ends with the process, whatever becomes of that."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock{kind}(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute(f"SELECT pg_advisory_unlock{kind}(%s)", [LOCK])
