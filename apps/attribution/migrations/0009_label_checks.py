"""What came of asking again whether labels are right."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_the_currency"), ("attribution", "0008_live_labels")]

    operations = [
        migrations.CreateModel(
            name="LabelCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("events", models.PositiveBigIntegerField(default=0)),
                ("read_again", models.PositiveIntegerField(default=0)),
                ("disagreements", models.PositiveBigIntegerField(default=0)),
                ("examples", models.JSONField(blank=True, default=list, help_text="numbers of events, as text")),
                ("problem", models.TextField(blank=True)),
                ("checked_at", models.DateTimeField()),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="label_checks",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "ordering": ("-day", "organization_id"),
                "constraints": [models.UniqueConstraint(fields=("organization", "day"), name="label_check_once_a_day")],
            },
        ),
    ]
