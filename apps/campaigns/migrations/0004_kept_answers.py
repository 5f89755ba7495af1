"""Answers to requests with an Idempotency-Key."""

import django.db.models.deletion
import rest_framework.utils.encoders
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_the_currency"),
        ("campaigns", "0003_versions_are_never_changed"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=255)),
                ("digest", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("headers", models.JSONField(default=dict)),
                ("body", models.JSONField(encoder=rest_framework.utils.encoders.JSONEncoder, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "-id"),
                "indexes": [models.Index(fields=["organization", "created_at"], name="kept_answer_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "key"), name="kept_answer_once"),
                ],
            },
        ),
    ]
