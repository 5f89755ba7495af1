"""Networks that are known for what they are have a table, filled as it is built in."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.ingress.enrich.networks import built_in

KINDS = [
    ("", "nothing special"),
    ("hosting", "Hosting"),
    ("vpn", "VPN"),
    ("proxy", "Proxy"),
    ("tor", "Tor"),
    ("crawler", "Crawler"),
]
ORIGINS = [("builtin", "built in"), ("changed", "built in, changed"), ("list", "from a list"), ("ours", "ours")]


def fill(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    model = apps.get_model("ingress", "KnownNetwork")
    model.objects.bulk_create([model(**row._asdict(), origin="builtin") for row in built_in()], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("ingress", "0004_tables")]

    operations = [
        migrations.CreateModel(
            name="KnownNetwork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "origin",
                    models.CharField(choices=ORIGINS, db_index=True, default="ours", editable=False, max_length=10),
                ),
                (
                    "network",
                    models.CharField(
                        help_text="A range (203.0.113.0/24), a number (AS64496), or a word that stands in the name of the network. "
                        "A range goes before a number, a longer prefix before a shorter one, a word comes last.",
                        max_length=100,
                        unique=True,
                    ),
                ),
                ("kind", models.CharField(blank=True, choices=KINDS, max_length=10)),
                (
                    "owner",
                    models.CharField(blank=True, help_text="Empty: the name that the geo data knows.", max_length=200),
                ),
            ],
            options={"ordering": ("network",)},
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
