"""An API key from its issue to its end."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import ApiKey
from tests.accounts import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_token_opens_its_key_and_organization() -> None:
    organization = make.an_organization("acme")
    key, token = make.an_api_key(organization)

    opened = ApiKey.authenticate(token, NOW)

    assert opened == key
    assert opened.organization == organization
    assert token.startswith(f"trl_live_{key.key_id}_")


def test_the_secret_is_not_stored() -> None:
    key, token = make.an_api_key(make.an_organization())
    secret = token.rpartition("_")[2]

    stored = ApiKey.objects.filter(pk=key.pk).values().get()

    assert len(secret) == 64
    assert secret not in str(stored)


def altered(token: str) -> list[str]:
    prefix, key_id, secret = "trl_live_", *token.removeprefix("trl_live_").split("_")
    return [
        f"{prefix}{key_id}_{secret[:-1]}{'0' if secret[-1] != '0' else '1'}",
        f"{prefix}{key_id}_{secret.upper()}x",
        f"{prefix}{key_id}_{secret}_",
        f"{prefix}{key_id}_",
        f"{prefix}{key_id}",
        f"{prefix}{'0' * 12}_{secret}",
        f"trl_test_{key_id}_{secret}",
        f"{key_id}_{secret}",
        f"{prefix}{key_id}\0_{secret}",
        f"{prefix}_{secret}",
        f"{prefix}{key_id}_é",
        "",
    ]


def test_an_altered_token_opens_nothing() -> None:
    _, token = make.an_api_key(make.an_organization())

    assert [ApiKey.authenticate(wrong, NOW) for wrong in altered(token)] == [None] * 12


def test_a_key_ends_at_the_moment_it_expires() -> None:
    _, token = make.an_api_key(make.an_organization(), expires_at=NOW)

    assert ApiKey.authenticate(token, NOW - timedelta(seconds=1))
    assert ApiKey.authenticate(token, NOW) is None


def test_a_revoked_key_opens_nothing_and_keeps_its_first_end() -> None:
    key, token = make.an_api_key(make.an_organization())

    key.revoke(NOW)
    key.revoke(NOW + timedelta(days=1))

    assert ApiKey.authenticate(token, NOW) is None
    assert key.revoked_at == NOW


def test_use_is_written_down_once_a_minute(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    key, _ = make.an_api_key(make.an_organization())
    key.note_use(NOW)
    key.refresh_from_db()

    with django_assert_num_queries(0):
        key.note_use(NOW + timedelta(seconds=59))
    key.note_use(NOW + timedelta(seconds=60))

    key.refresh_from_db()
    assert key.last_used_at == NOW + timedelta(seconds=60)


def test_a_key_shows_only_its_public_part() -> None:
    key, token = make.an_api_key(make.an_organization(), name="export")

    assert str(key) == f"export (trl_live_{key.key_id}…)"
    assert token.rpartition("_")[2] not in repr(key)
