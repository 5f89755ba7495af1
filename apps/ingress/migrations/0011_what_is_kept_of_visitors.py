"""What organizations keep of their visitors. Events stored before are whole: there was no choice."""

import clickhouse_backend.models
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingress", "0009_labelled_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="storedevent",
            name="privacy",
            field=clickhouse_backend.models.StringField(default="", low_cardinality=True),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="AddressKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organization_id", models.PositiveBigIntegerField()),
                ("on", models.DateField()),
                ("key", models.BinaryField()),
                ("made_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ("-made_at",),
                "constraints": [
                    models.UniqueConstraint(fields=("organization_id", "on"), name="address_key_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organization_id", models.PositiveBigIntegerField()),
                ("visitor", models.CharField(help_text="keyed digest of the visitor's number", max_length=32)),
                ("requested_by", models.CharField(blank=True, max_length=254)),
                ("requested_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("job_id", models.PositiveBigIntegerField(default=0)),
                ("events", models.PositiveIntegerField(default=0)),
                ("conversions", models.PositiveIntegerField(default=0)),
                ("postbacks", models.PositiveIntegerField(default=0)),
                ("dead_letters", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["organization_id", "visitor"], name="erasure_of_visitor")],
            },
        ),
        migrations.CreateModel(
            name="PrivacyPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organization_id", models.PositiveBigIntegerField()),
                (
                    "address",
                    models.CharField(
                        choices=[
                            ("full", "the whole address"),
                            ("truncated", "its network"),
                            ("hashed", "a number that changes every day"),
                            ("none", "nothing"),
                        ],
                        default="full",
                        max_length=12,
                    ),
                ),
                (
                    "signal",
                    models.CharField(
                        choices=[
                            ("ignore", "like everybody's"),
                            ("no_address", "without address"),
                            ("unlinked", "without address and visitor id"),
                        ],
                        default="ignore",
                        max_length=12,
                    ),
                ),
                ("written_by", models.CharField(blank=True, max_length=254)),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "privacy policies",
                "ordering": ("organization_id", "-id"),
                "indexes": [models.Index(fields=["organization_id", "-id"], name="privacy_policy_newest")],
            },
        ),
    ]
