"""Redis as it is in service: a route table is published, empty at first."""

from collections.abc import Iterator

import pytest

from apps.ingress import routes
from apps.ingress.broker import broker

KEYS = (routes.UNITS, routes.CHANGES, routes.EPOCH, routes.NUMBER)


@pytest.fixture
def route_table() -> Iterator[None]:
    routes.publish(broker(), {}, whole=True)
    yield
    broker().delete(*KEYS)
