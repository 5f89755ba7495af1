"""Who has a copy of the database cannot sign as we do."""

from importlib import import_module
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import connection
from django.utils import timezone

from apps.attribution.models import WebhookEndpoint
from apps.attribution.webhooks.delivering import deliver
from tests.accounts import make
from tests.attribution.webhooks.make import a_message, an_endpoint

pytestmark = pytest.mark.django_db
MIGRATION = import_module("apps.attribution.migrations.0014_lock_secrets_of_webhooks")


@pytest.fixture
def endpoint() -> WebhookEndpoint:
    return an_endpoint(make.alice().organization)


def stored(endpoint: WebhookEndpoint) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM attribution_webhookendpoint e WHERE id = %s", [endpoint.pk])
        return str(cursor.fetchone()[0])


def test_the_secret_is_not_in_the_database(endpoint: WebhookEndpoint) -> None:
    assert endpoint.secret.startswith("whsec_")
    assert endpoint.secret not in stored(endpoint)
    assert "whsec_" not in stored(endpoint)


def test_each_has_a_secret_of_its_own(endpoint: WebhookEndpoint) -> None:
    assert an_endpoint(endpoint.organization).secret != endpoint.secret


def test_a_new_secret_key_opens_what_the_old_one_locked(endpoint: WebhookEndpoint, settings: Any) -> None:
    before = endpoint.secret
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key, for tests only", [settings.SECRET_KEY]

    assert WebhookEndpoint.objects.get().secret == before


def test_without_the_key_it_was_locked_with_nobody_reads_it(endpoint: WebhookEndpoint, settings: Any) -> None:
    settings.SECRET_KEY = "another key, for tests only"

    with pytest.raises(InvalidToken):
        _ = endpoint.secret


def test_a_secret_that_nobody_can_open_is_said_and_holds_up_no_other(endpoint: WebhookEndpoint, settings: Any) -> None:
    settings.TRELLIS_WEBHOOKS_PRIVATE = True
    WebhookEndpoint.objects.update(url="http://127.0.0.1:1/")
    message = a_message(WebhookEndpoint.objects.get())
    settings.SECRET_KEY = "another key, for tests only"

    deliver(message, timezone.now())

    message.refresh_from_db()
    assert message.state == "waiting"
    assert "locked with another SECRET_KEY" in message.said


def test_secrets_from_before_are_locked_and_stay_the_same(endpoint: WebhookEndpoint) -> None:
    before = endpoint.secret

    MIGRATION.unlock(apps, None)
    bare = stored(endpoint)
    MIGRATION.lock(apps, None)
    MIGRATION.lock(apps, None)

    assert before in bare
    assert before not in stored(endpoint)
    assert WebhookEndpoint.objects.get().secret == before
