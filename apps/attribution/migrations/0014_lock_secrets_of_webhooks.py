"""Secrets of webhooks that stood there as they are, locked with SECRET_KEY."""

from typing import Any

from django.db import migrations

from apps.accounts.locks import locked, opened

PURPOSE = "webhook secret"
BARE = "whsec_"


def lock(apps: Any, editor: Any) -> None:
    for endpoint in apps.get_model("attribution", "WebhookEndpoint").objects.filter(locked_secret__startswith=BARE):
        endpoint.locked_secret = locked(endpoint.locked_secret, PURPOSE)
        endpoint.save(update_fields=["locked_secret"])


def unlock(apps: Any, editor: Any) -> None:
    for endpoint in apps.get_model("attribution", "WebhookEndpoint").objects.exclude(locked_secret__startswith=BARE):
        endpoint.locked_secret = opened(endpoint.locked_secret, PURPOSE)
        endpoint.save(update_fields=["locked_secret"])


class Migration(migrations.Migration):
    dependencies = [("attribution", "0013_secrets_of_webhooks_have_a_lock")]

    operations = [migrations.RunPython(lock, unlock)]
