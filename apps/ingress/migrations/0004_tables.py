"""The tables of enrichment, filled as they are built in. Later versions of the files arrive by `manage.py refresh_tables`."""

import django.core.validators
import django.db.models.functions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.ingress.enrich import builtin

ORIGINS = [("builtin", "built in"), ("changed", "built in, changed"), ("list", "from a list"), ("ours", "ours")]
MEDIUMS = [
    ("search", "Search"),
    ("social", "Social"),
    ("email", "Email"),
    ("ai", "AI assistant"),
    ("video", "Video"),
    ("shopping", "Shopping"),
    ("paid", "paid (an ad server)"),
    ("spam", "Spam"),
    ("other", "Other"),
]
CATEGORIES = [
    ("search", "Search"),
    ("social", "Social"),
    ("video", "Video"),
    ("shopping", "Shopping"),
    ("ai", "AI assistant"),
]
ROWS = {
    "Referrer": builtin.referrer_rows,
    "AdClickParameter": builtin.ad_click_rows,
    "SourceCategory": builtin.source_rows,
}


def fill(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for name, rows in ROWS.items():
        model = apps.get_model("ingress", name)
        model.objects.bulk_create([model(**row._asdict(), origin="builtin") for row in rows()], batch_size=500)
    rule = apps.get_model("ingress", "ChannelRule")
    lines = enumerate(builtin.channel_rows(), start=1)
    rule.objects.bulk_create([rule(**row._asdict(), position=10 * n, origin="builtin") for n, row in lines])


def keyed() -> tuple[str, models.Field]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def origin() -> tuple[str, models.Field]:
    return "origin", models.CharField(choices=ORIGINS, db_index=True, default="ours", editable=False, max_length=10)


class Migration(migrations.Migration):
    dependencies = [("ingress", "0003_enriched_events")]

    operations = [
        migrations.CreateModel(
            name="TableRevision",
            fields=[
                keyed(),
                ("name", models.CharField(db_index=True, max_length=40)),
                ("changed_by", models.CharField(blank=True, max_length=254)),
                ("changed_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ("-id",)},
        ),
        migrations.CreateModel(
            name="Referrer",
            fields=[
                keyed(),
                origin(),
                (
                    "pattern",
                    models.CharField(
                        help_text="A host with all below it (example.com), with a path (example.com/news) or a parameter it must have (example.com?q). As the last label * is any public suffix (google.*), # stands for digits (mail#.example.com), and .** after a first label for the rest of any host (webmail.**). An app is its id.",
                        max_length=200,
                        unique=True,
                    ),
                ),
                ("name", models.CharField(help_text="* names it after its domain.", max_length=100)),
                ("medium", models.CharField(choices=MEDIUMS, max_length=10)),
                (
                    "terms",
                    models.CharField(
                        blank=True,
                        help_text="Parameters that hold what was searched for, the first one given counts.",
                        max_length=100,
                    ),
                ),
                (
                    "charsets",
                    models.CharField(
                        blank=True, help_text="What terms may be written in that are not UTF-8.", max_length=60
                    ),
                ),
            ],
            options={"ordering": ("pattern",)},
        ),
        migrations.CreateModel(
            name="AdClickParameter",
            fields=[
                keyed(),
                origin(),
                (
                    "parameter",
                    models.CharField(
                        help_text="In lower case; clicks may write it otherwise.", max_length=60, unique=True
                    ),
                ),
                ("network", models.CharField(help_text="In lower case: google, meta.", max_length=60)),
                (
                    "medium",
                    models.CharField(
                        help_text="What such a click counts as that says nothing else: cpc, email.", max_length=60
                    ),
                ),
                (
                    "is_paid",
                    models.BooleanField(
                        help_text="Its presence alone says that the click was paid for; Meta's fbclid, for one, does not.",
                        verbose_name="paid",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        default=100, help_text="Where a click has several, the lowest counts."
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ("priority", "parameter"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("parameter", django.db.models.functions.Lower("parameter"))),
                        name="ad_click_parameter_lower_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceCategory",
            fields=[
                keyed(),
                origin(),
                (
                    "source",
                    models.CharField(
                        help_text="In lower case: facebook, ig, news.google.com.", max_length=100, unique=True
                    ),
                ),
                ("category", models.CharField(choices=CATEGORIES, max_length=10)),
            ],
            options={"ordering": ("source",), "verbose_name_plural": "source categories"},
        ),
        migrations.CreateModel(
            name="ChannelRule",
            fields=[
                keyed(),
                origin(),
                (
                    "position",
                    models.PositiveIntegerField(
                        help_text="Lines are tried from 1 on.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                ("channel", models.CharField(max_length=60)),
                (
                    "source",
                    models.CharField(
                        blank=True, help_text="A pattern (RE2) that the whole source fits.", max_length=200
                    ),
                ),
                (
                    "medium",
                    models.CharField(
                        blank=True, help_text="A pattern (RE2) that the whole medium fits.", max_length=200
                    ),
                ),
                (
                    "campaign",
                    models.CharField(
                        blank=True, help_text="A pattern (RE2) that the whole campaign fits.", max_length=200
                    ),
                ),
                ("category", models.CharField(blank=True, choices=CATEGORIES, max_length=10)),
                (
                    "ad_paid",
                    models.BooleanField(
                        blank=True,
                        help_text="What the ad click id says of it.",
                        null=True,
                        verbose_name="paid ad click",
                    ),
                ),
            ],
            options={"ordering": ("position", "id")},
        ),
        migrations.CreateModel(
            name="OrganizationTables",
            fields=[
                keyed(),
                ("organization_id", models.PositiveBigIntegerField()),
                ("version", models.PositiveIntegerField()),
                (
                    "campaign_parameters",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Where a request names its campaign, in order; /in/ is the link's key.",
                    ),
                ),
                (
                    "channel_rules",
                    models.JSONField(blank=True, default=list, help_text="Lines like those of the table of channels."),
                ),
                (
                    "channels_replace",
                    models.BooleanField(
                        default=False, help_text="The lines stand instead of those that are built in, not before them."
                    ),
                ),
                (
                    "own_domains",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Domains that are the organization's, beside its verified ones.",
                    ),
                ),
                ("revision", models.PositiveIntegerField(editable=False)),
                ("written_by", models.CharField(blank=True, max_length=254)),
                ("written_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "organization tables",
                "verbose_name_plural": "organization tables",
                "ordering": ("organization_id", "-version"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization_id", "version"), name="organization_tables_version_once"
                    )
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
