"""What a service says of itself when it is down. PostgreSQL apart: tests hold it, so it is asked under another name."""

from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from apps.analytics.services import postgresql
from tests.analytics.conftest import CLOSED_PORT


@pytest.fixture
def closed(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """An alias of a PostgreSQL where nobody listens."""
    connections.settings["closed"] = {**connections.settings["default"], "PORT": CLOSED_PORT, "PASSWORD": "hush-hush"}
    with django_db_blocker.unblock():
        yield "closed"
    del connections["closed"]
    del connections.settings["closed"]


def test_a_postgresql_that_is_down_is_said_with_its_reason(closed: str):
    found = postgresql(closed)

    assert not found.up
    assert "refused" in found.error
    assert "\n" not in found.error


def test_no_error_tells_a_password(closed: str):
    assert "hush-hush" not in postgresql(closed).error
