"""Tests speak to real services; `./dev test` starts them and says where they are."""

import os

import pytest
from django.db import connections

SERVICES = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")


def pytest_configure(config: pytest.Config) -> None:
    missing = [name for name in SERVICES if not os.environ.get(name)]
    if missing:
        pytest.exit(f"{', '.join(missing)} not set: run the tests with ./dev test, which starts the services.", 2)


@pytest.fixture
def clickhouse_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """ClickHouse where nobody listens, for this thread."""
    monkeypatch.setitem(connections["clickhouse"].settings_dict, "PORT", 1)
