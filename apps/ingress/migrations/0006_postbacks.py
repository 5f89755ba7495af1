"""Postbacks have a table: the line of each as it arrived, and whether it is booked."""

from django.db import migrations, models

REASONS = [
    ("accepted", "Accepted"),
    ("head", "only looked"),
    ("unknown_key", "Unknown Key"),
    ("bad_signature", "Bad Signature"),
    ("forbidden_address", "Forbidden Address"),
    ("malformed", "Malformed"),
]
NOBODYS = "0 when the key is nobody's"


class Migration(migrations.Migration):
    dependencies = [("ingress", "0005_networks")]

    operations = [
        migrations.CreateModel(
            name="Postback",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("organization_id", models.PositiveBigIntegerField(help_text=NOBODYS)),
                ("network_id", models.PositiveBigIntegerField(default=0, help_text=NOBODYS)),
                ("received_at", models.DateTimeField()),
                ("reason", models.CharField(choices=REASONS, max_length=20)),
                ("line", models.BinaryField()),
                ("booked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["organization_id", "-id"], name="postback_of_organization"),
                    models.Index(
                        fields=["id"],
                        condition=models.Q(booked_at__isnull=True, reason="accepted"),
                        name="postback_unbooked",
                    ),
                ],
            },
        ),
    ]
