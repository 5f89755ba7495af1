"""Networks with their versions, conversions with their bookings and changes, uploads of costs."""

from decimal import Decimal

import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.attribution.models.conversions
import apps.attribution.models.networks


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_the_currency"),
        ("attribution", "0001_the_tables_of_money"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Network",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                (
                    "preset",
                    models.CharField(
                        choices=[
                            ("generic", "Any network or shop"),
                            ("keitaro", "Keitaro"),
                            ("voluum", "Voluum"),
                            ("binom", "Binom"),
                            ("redtrack", "RedTrack"),
                            ("affise", "Affise"),
                            ("everflow", "Everflow"),
                        ],
                        default="generic",
                        max_length=20,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=apps.attribution.models.networks.new_network_key,
                        editable=False,
                        max_length=64,
                        unique=True,
                    ),
                ),
                (
                    "secret",
                    models.CharField(
                        blank=True,
                        help_text="When given, every postback must be signed with it. Empty: none needs to be.",
                        max_length=200,
                    ),
                ),
                (
                    "addresses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            max_length=64, validators=[apps.attribution.models.networks.validate_addresses]
                        ),
                        blank=True,
                        default=list,
                        help_text="Where postbacks may come from, as networks such as 192.0.2.0/24. Empty: from anywhere.",
                        size=None,
                    ),
                ),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="networks", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
            },
        ),
        migrations.CreateModel(
            name="Conversion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("txid", models.CharField(blank=True, max_length=200, verbose_name="transaction")),
                (
                    "click",
                    models.CharField(
                        blank=True,
                        help_text="As we sent it out, or as it came back.",
                        max_length=200,
                        verbose_name="click id",
                    ),
                ),
                ("goal", models.CharField(blank=True, max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[("lead", "Lead"), ("sale", "Sale"), ("rejected", "Rejected"), ("rebill", "Rebill")],
                        max_length=10,
                    ),
                ),
                ("happened_at", models.DateTimeField(help_text="When its first postback came.")),
                ("changed_at", models.DateTimeField()),
                (
                    "payout",
                    apps.attribution.models.conversions.MoneyField(
                        decimal_places=4,
                        default=Decimal("0"),
                        help_text="What the network says, in its currency; rebills included.",
                        max_digits=18,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=8, default=Decimal("0"), help_text="0 when none is known.", max_digits=18
                    ),
                ),
                ("rate_on", models.DateField(help_text="The day of the rate.")),
                (
                    "revenue",
                    apps.attribution.models.conversions.MoneyField(
                        decimal_places=4, default=Decimal("0"), max_digits=18
                    ),
                ),
                (
                    "pending",
                    apps.attribution.models.conversions.MoneyField(
                        decimal_places=4, default=Decimal("0"), max_digits=18
                    ),
                ),
                (
                    "cost",
                    apps.attribution.models.conversions.MoneyField(
                        decimal_places=4, default=Decimal("0"), max_digits=18
                    ),
                ),
                ("sales", models.PositiveIntegerField(default=0)),
                (
                    "event_id",
                    apps.attribution.models.conversions.EventIdField(
                        decimal_places=0,
                        default=0,
                        help_text="Of the click id; 0 when it is none of ours.",
                        max_digits=20,
                    ),
                ),
                ("clicked_at", models.DateTimeField(blank=True, help_text="Of the matched click.", null=True)),
                (
                    "problem",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "none"),
                            ("no_click_id", "no click id was sent"),
                            ("click_id_garbled", "the click id was garbled on the way, or is none of ours"),
                            ("click_unknown", "a click id of ours, but no such click is stored"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("match_tries", models.PositiveSmallIntegerField(default=0)),
                ("match_due_at", models.DateTimeField(blank=True, null=True)),
                (
                    "emptied_at",
                    models.DateTimeField(
                        blank=True, help_text="When a rebooking left it without postbacks.", null=True
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conversions",
                        to="accounts.organization",
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="conversions",
                        to="attribution.network",
                    ),
                ),
            ],
            options={
                "ordering": ("-happened_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="NetworkVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "parameters",
                    models.JSONField(help_text="what is meant: the names it may come under, the best first"),
                ),
                (
                    "statuses",
                    models.JSONField(help_text="a word of the network: lead, sale, rejected, rebill or ignore"),
                ),
                (
                    "currency",
                    models.CharField(
                        blank=True, help_text="of postbacks that name none; empty: the organization's", max_length=3
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="attribution.network"
                    ),
                ),
            ],
            options={
                "verbose_name": "network version",
                "ordering": ("network_id", "-number"),
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("postback_id", models.BigIntegerField(unique=True)),
                ("received_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("changed", "Changed"),
                            ("duplicate", "Duplicate"),
                            ("orphan", "Orphan"),
                            ("refused", "Refused"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(help_text="In words, for people.")),
                (
                    "claim",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        help_text="What the postback says, in our words.",
                    ),
                ),
                ("booked_at", models.DateTimeField()),
                (
                    "conversion",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="bookings",
                        to="attribution.conversion",
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bookings", to="attribution.network"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="bookings",
                        to="attribution.networkversion",
                    ),
                ),
            ],
            options={
                "ordering": ("-postback_id",),
            },
        ),
        migrations.CreateModel(
            name="ConversionChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("sign", models.SmallIntegerField()),
                ("takes_back", models.PositiveIntegerField(default=0)),
                ("line", models.CharField(blank=True, max_length=32)),
                (
                    "status",
                    models.CharField(
                        choices=[("lead", "Lead"), ("sale", "Sale"), ("rejected", "Rejected"), ("rebill", "Rebill")],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=20)),
                ("happened_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "payout",
                    apps.attribution.models.conversions.MoneyField(
                        decimal_places=4, default=Decimal("0"), max_digits=18
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=8, max_digits=18)),
                ("rate_on", models.DateField()),
                (
                    "cost",
                    apps.attribution.models.conversions.MoneyField(
                        decimal_places=4,
                        default=Decimal("0"),
                        help_text="In the same currency as the payout.",
                        max_digits=18,
                    ),
                ),
                (
                    "event_id",
                    apps.attribution.models.conversions.EventIdField(
                        decimal_places=0, default=0, help_text="0 when no click was matched.", max_digits=20
                    ),
                ),
                ("clicked_at", models.DateTimeField(blank=True, null=True)),
                ("batch", models.BigIntegerField(blank=True, null=True)),
                ("stored_at", models.DateTimeField(blank=True, null=True)),
                (
                    "conversion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="attribution.conversion"
                    ),
                ),
            ],
            options={
                "verbose_name": "conversion change",
                "ordering": ("conversion_id", "number"),
                "indexes": [
                    models.Index(
                        models.F("batch"),
                        models.F("id"),
                        condition=models.Q(("stored_at", None)),
                        name="change_to_store",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("conversion", "number"), name="change_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("sign", -1)),
                        fields=("conversion", "takes_back"),
                        name="change_taken_back_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("sign__in", (1, -1))), name="change_has_a_sign"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CostUpload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("data", models.BinaryField()),
                (
                    "digest",
                    models.CharField(help_text="SHA-256 of the bytes: the same file is recognised.", max_length=64),
                ),
                ("mapping", models.JSONField(default=dict, help_text="the file's columns and how they are read")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "not applied yet"),
                            ("applying", "Applying"),
                            ("applied", "Applied"),
                            ("undoing", "Undoing"),
                            ("undone", "Undone"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0, help_text="that count")),
                ("errors", models.PositiveIntegerField(default=0, help_text="rows that say nothing we can use")),
                ("totals", models.JSONField(default=dict, help_text="what was spent, by currency")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cost_uploads",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "cost upload",
                "ordering": ("-created_at", "-id"),
                "indexes": [models.Index(models.F("organization"), models.F("digest"), name="cost_upload_same_file")],
            },
        ),
        migrations.AddConstraint(
            model_name="network",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("preset__in", ["generic", "keitaro", "voluum", "binom", "redtrack", "affise", "everflow"])
                ),
                name="network_preset_known",
            ),
        ),
        migrations.AddIndex(
            model_name="conversion",
            index=models.Index(
                models.F("organization"),
                models.OrderBy(models.F("happened_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="conversion_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="conversion",
            index=models.Index(
                models.F("organization"),
                models.OrderBy(models.F("happened_at"), descending=True),
                condition=models.Q(("clicked_at", None)),
                name="conversion_orphans",
            ),
        ),
        migrations.AddIndex(
            model_name="conversion",
            index=models.Index(
                models.F("match_due_at"),
                condition=models.Q(("match_due_at__isnull", False)),
                name="conversion_to_match",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("txid", ""), _negated=True),
                fields=("organization", "network", "txid", "goal"),
                name="conversion_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("txid", "")),
                fields=("organization", "network", "click", "goal"),
                name="conversion_once_a_click",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("click", ""), ("txid", ""), _negated=True), name="conversion_is_known_by_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="networkversion",
            constraint=models.UniqueConstraint(fields=("network", "number"), name="network_version_once"),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                models.F("network"), models.OrderBy(models.F("postback_id"), descending=True), name="booking_newest"
            ),
        ),
    ]
