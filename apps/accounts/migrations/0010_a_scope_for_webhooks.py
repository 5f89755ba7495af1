"""Keys may have a scope that manages webhooks."""

import django.contrib.postgres.fields
from django.db import migrations, models

SCOPES = [
    ("analytics:read", "Read reports and events"),
    ("traffic:write", "Send events"),
    ("campaigns:read", "Read links and campaigns"),
    ("campaigns:write", "Change links and campaigns"),
    ("settings:write", "Read and change webhooks"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_replaced_keys")]

    operations = [
        migrations.RemoveConstraint("apikey", "api_key_scopes_known"),
        migrations.AlterField(
            "apikey",
            "scopes",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=SCOPES, max_length=32), size=None
            ),
        ),
        migrations.AddConstraint(
            "apikey",
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=[scope for scope, _ in SCOPES], scopes__len__gt=0),
                name="api_key_scopes_known",
            ),
        ),
    ]
