"""Sign-in attempts are limited, and the limits live in Redis: each test has its own, or one would slow down the next."""

import secrets

import pytest
from django.conf import settings as configured


@pytest.fixture(autouse=True)
def _limits_of_its_own(settings: object) -> None:
    default = {**configured.CACHES["default"], "KEY_PREFIX": f"test-{secrets.token_hex(8)}"}
    settings.CACHES = {"default": default}  # type: ignore[attr-defined]
