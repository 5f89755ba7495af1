"""Tests speak to real services; `./dev test` starts them and says where they are."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from apps.ingress.enrich.following import TablesFollower
from tests.ingress.history import nothing_merges

SERVICES = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")


def pytest_configure(config: pytest.Config) -> None:
    missing = [name for name in SERVICES if not os.environ.get(name)]
    if missing:
        pytest.exit(f"{', '.join(missing)} not set: run the tests with ./dev test, which starts the services.", 2)


@pytest.fixture(autouse=True, scope="session")
def tables_are_not_followed() -> Iterator[None]:
    """The process of tracked links that a test started lives on, and its thread would read PostgreSQL in the middle of every other:
    where it is closed to them, while tables are emptied, and when the database is dropped.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TablesFollower, "run", lambda _: None)
        yield


@pytest.fixture(autouse=True)
def _no_rate_limits(settings: Any) -> None:
    """Redis counts beyond the end of a test: what limits do is tried where they are set."""
    settings.TRELLIS_API_POINTS = 0


@pytest.fixture(autouse=True)
def _staff_prove_themselves(settings: Any) -> None:
    """As in production, whatever a developer's own machine lets pass."""
    settings.TRELLIS_STAFF_SECOND_FACTOR = True


@pytest.fixture
def clickhouse_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """ClickHouse where nobody listens, for this thread."""
    monkeypatch.setitem(connections["clickhouse"].settings_dict, "PORT", 1)


@pytest.fixture
def nothing_is_merged(django_db_setup: None) -> Iterator[None]:
    """For tests whose mutations would else wait, after thousands of others, until nothing is left to merge."""
    with nothing_merges():
        yield
