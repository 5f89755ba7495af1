"""Campaigns, their published versions, and links that lead to a campaign."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.campaigns.destination
import apps.campaigns.models.campaigns
import apps.campaigns.models.keys
import apps.campaigns.models.links
import apps.campaigns.models.words


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_the_currency"),
        ("campaigns", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CampaignVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("document", models.JSONField()),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=500, validators=[apps.campaigns.models.words.validate_line]
                    ),
                ),
                (
                    "changes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        help_text="What is new in it, in sentences.",
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "campaign version",
                "ordering": ("campaign_id", "-number"),
            },
        ),
        migrations.AddField(
            model_name="link",
            name="parameters",
            field=models.JSONField(
                blank=True, default=list, validators=[apps.campaigns.models.links.validate_parameters]
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="source",
            field=models.CharField(blank=True, max_length=40, validators=[apps.campaigns.models.words.validate_line]),
        ),
        migrations.AlterField(
            model_name="link",
            name="name",
            field=models.CharField(max_length=200, validators=[apps.campaigns.models.words.validate_line]),
        ),
        migrations.AlterField(
            model_name="link",
            name="destination",
            field=models.CharField(
                blank=True, max_length=2000, validators=[apps.campaigns.destination.validate_destination]
            ),
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        default=apps.campaigns.models.keys.new_key,
                        error_messages={"unique": "This key is taken. Choose another, or leave the one we suggest."},
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_-]*$", "Letters, digits, - and _ only."
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=200, validators=[apps.campaigns.models.words.validate_line])),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("archived", "Archived"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            max_length=40,
                            validators=[
                                django.core.validators.MinLengthValidator(1),
                                apps.campaigns.models.campaigns.validate_tag,
                            ],
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("draft", models.JSONField(editable=False)),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("edited_at", models.DateTimeField(auto_now_add=True, help_text="When this revision was saved.")),
                ("status_at", models.DateTimeField(auto_now_add=True, help_text="Since when it has its status.")),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edited_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="campaigns",
                        to="accounts.organization",
                    ),
                ),
                (
                    "status_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "-id"),
            },
        ),
        migrations.AddField(
            model_name="link",
            name="campaign",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="links",
                to="campaigns.campaign",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("campaign__isnull", False), models.Q(("destination", ""), _negated=True), _connector="OR"
                ),
                name="link_leads_somewhere",
            ),
        ),
        migrations.AddField(
            model_name="campaignversion",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="campaigns.campaign"
            ),
        ),
        migrations.AddField(
            model_name="campaignversion",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="version",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="campaigns.campaignversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignversion",
            constraint=models.UniqueConstraint(fields=("campaign", "number"), name="campaign_version_once"),
        ),
        migrations.AddConstraint(
            model_name="campaignversion",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="campaign_version_from_1"),
        ),
        migrations.AddConstraint(
            model_name="campaignversion",
            constraint=models.UniqueConstraint(fields=("id", "campaign"), name="version_and_campaign"),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["organization", "status", "-created_at"], name="campaign_list"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "active", "paused", "archived"])),
                name="campaign_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__isnull", False), ("status__in", ("draft", "archived")), _connector="OR"),
                name="campaign_live_is_published",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("revision__gte", 1)), name="campaign_revision_from_1"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(condition=models.Q(("tags__len__lte", 20)), name="campaign_tags_few"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(fields=("id", "organization"), name="campaign_and_organization"),
        ),
    ]
