"""Alice, who owns acme, before her browser; and Redis as it is in service: a route table is published, empty at first."""

from collections.abc import Iterator

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.ingress import routes
from apps.ingress.broker import broker
from tests.accounts import make

KEYS = (routes.UNITS, routes.CHANGES, routes.EPOCH, routes.NUMBER)


@pytest.fixture
def alice(client: Client) -> Membership:
    alice = make.alice()
    make.signed_in(client, alice)
    return alice


@pytest.fixture
def route_table() -> Iterator[None]:
    routes.publish(broker(), {}, whole=True)
    yield
    broker().delete(*KEYS)
