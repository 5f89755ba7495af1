"""Jobs, the hours they changed, and what ClickHouse needs to update columns of stored events lightly."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

STATUSES = [
    ("queued", "Queued"),
    ("running", "Running"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
# A patch finds its rows by these, also after their parts were merged.
ROW_NUMBERS = "ALTER TABLE events MODIFY SETTING enable_block_number_column = 1, enable_block_offset_column = 1"
ROW_NUMBERS_BACK = "ALTER TABLE events RESET SETTING enable_block_number_column, enable_block_offset_column"


class Migration(migrations.Migration):
    dependencies = [("ingress", "0006_postbacks")]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("title", models.CharField(blank=True, help_text="what is done, for people", max_length=200)),
                (
                    "organization_id",
                    models.PositiveBigIntegerField(default=0, help_text="0 is the whole installation"),
                ),
                (
                    "user_id",
                    models.PositiveBigIntegerField(default=0, help_text="who started it; 0 is a command or the beat"),
                ),
                ("parameters", models.JSONField(blank=True, default=dict)),
                ("status", models.CharField(choices=STATUSES, default="queued", max_length=10)),
                ("done", models.PositiveBigIntegerField(default=0)),
                ("total", models.PositiveBigIntegerField(default=0, help_text="0 while that is not known")),
                ("unit", models.CharField(blank=True, help_text="what is counted, in the plural", max_length=20)),
                ("note", models.CharField(blank=True, help_text="what is being done right now", max_length=200)),
                ("cursor", models.JSONField(blank=True, null=True)),
                ("turn", models.PositiveIntegerField(default=0)),
                (
                    "stops",
                    models.PositiveSmallIntegerField(default=0, help_text="how often it stopped since it last got on"),
                ),
                (
                    "result",
                    models.JSONField(blank=True, default=dict, help_text="words, and the url of a page of ours"),
                ),
                ("error", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("heartbeat_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-created_at", "-id"),
                "indexes": [
                    models.Index(fields=["organization_id", "-created_at"], name="job_of_organization"),
                    models.Index(
                        condition=models.Q(status__in=("queued", "running")), fields=["heartbeat_at"], name="job_open"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangedHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("job", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="ingress.job")),
                ("organization_id", models.PositiveBigIntegerField()),
                ("start", models.DateTimeField()),
                ("end", models.DateTimeField()),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), help_text="names of the columns", size=None
                    ),
                ),
                ("is_settled", models.BooleanField(default=False)),
                (
                    "seen_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "changed hours",
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("job", "organization_id", "start", "end"), name="changed_hours_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(ROW_NUMBERS, ROW_NUMBERS_BACK, hints={"clickhouse": True}),
    ]
