"""Warden over HTTP, as `manage.py warden_dev` runs it, and Trellis told to believe it for acme."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as configured

from apps.accounts.management.commands.warden_dev import believe
from apps.accounts.models import Organization, WardenIssuer
from apps.accounts.warden.dev.issuing import Somebody
from apps.accounts.warden.dev.serving import WardenServer, running
from tests.accounts import make

DANA = Somebody("dana-1", "dana@warden.example", "Dana Dale", ("acme",))


@pytest.fixture(autouse=True)
def _a_cache_of_its_own(settings: Any) -> None:
    """Published keys and cool-downs live in Redis."""
    settings.CACHES = {"default": {**configured.CACHES["default"], "KEY_PREFIX": f"test-{secrets.token_hex(8)}"}}
    settings.TRELLIS_SECURE = False


@pytest.fixture
def server() -> Iterator[WardenServer]:
    with running() as server:
        server.warden.add_key()
        server.warden.people.append(DANA)
        yield server


@pytest.fixture
def acme(db: None) -> Organization:
    return make.an_organization("acme")


@pytest.fixture
def issuer(server: WardenServer, acme: Organization) -> WardenIssuer:
    return believe(server.warden.issuer, acme)
