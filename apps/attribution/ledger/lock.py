"""Of an organization's ledger there is one writer at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

LOCK = 0x6C646772  # "ldgr"


@contextmanager
def pen(organization_id: int) -> Iterator[bool]:
    """Whether this process alone may write until the block ends. It does not wait."""
    with alone(LOCK, organization_id % 2**31) as is_ours:
        yield is_ours


@contextmanager
def alone(what: int, number: int = 0) -> Iterator[bool]:
    """Whether nobody else is at that. It does not wait.

    PostgreSQL lets go of it when the process dies. Held by the session and not by a transaction, so that what is said
    meanwhile, such as how far a job is, can be seen.
    """
    key = [what, number]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
