"""Stored events that change or are gone, now.

ClickHouse mutates a table when it finds nothing to merge in it: after thousands of tests on a slow machine that took over 300 s
(2026-11-29). So nothing is merged while events are deleted, and changes are lightweight ones, which are there when they return.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from apps.ingress.warehouse.connection import client

SIZES = ("max_bytes_to_merge_at_max_space_in_pool", "max_bytes_to_merge_at_min_space_in_pool")


@contextmanager
def nothing_merges() -> Iterator[None]:
    client().execute(f"ALTER TABLE events MODIFY SETTING {', '.join(f'{name} = 1' for name in SIZES)}")
    try:
        yield
    finally:
        client().execute(f"ALTER TABLE events RESET SETTING {', '.join(SIZES)}")


def delete_events(where: str, **parameters: Any) -> None:
    """A mutation, as the table's projection forbids a lightweight delete: of the months where there is something, else each part of
    each month of all other tests would be looked through as well."""
    months = client().execute(f"SELECT DISTINCT toYYYYMM(happened_at) FROM events WHERE {where}", parameters)
    with nothing_merges():
        for (month,) in months:
            sql = f"ALTER TABLE events DELETE IN PARTITION {month} WHERE {where}"
            client().execute(sql, parameters, settings={"mutations_sync": 1})


def update_events(assignments: str, where: str, **parameters: Any) -> None:
    client().execute(f"UPDATE events SET {assignments} WHERE {where}", parameters)
