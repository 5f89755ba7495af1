"""What tests of reports and pages share: the cast signed in, and services that are down."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connections
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from tests.accounts import make

CLOSED_PORT = 1


@pytest.fixture
def alice(db: None) -> Membership:
    return make.alice()


@pytest.fixture
def page(client: Client, alice: Membership) -> Client:
    """A browser in which Alice has signed in."""
    return make.signed_in(client, alice)


@pytest.fixture
def clickhouse_is_down() -> Iterator[None]:
    """Points the alias, and with it every question, at a port where nobody listens."""
    parameters = connections["clickhouse"].settings_dict
    port, parameters["PORT"] = parameters["PORT"], CLOSED_PORT
    yield
    parameters["PORT"] = port


@pytest.fixture
def redis_is_down(settings: LazySettings) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{CLOSED_PORT}/0"


@pytest.fixture
def recent() -> dict[str, object]:
    """When an event of a minute ago happened."""
    return {"happened_at": timezone.now().replace(microsecond=0) - timedelta(minutes=1)}
