"""No link and no campaign has a key under which a page of ours stands."""

import django.core.validators
from django.db import migrations, models

import apps.campaigns.models.keys


def _key() -> "models.CharField[str, str]":
    return models.CharField(
        default=apps.campaigns.models.keys.new_key,
        error_messages={"unique": "This key is taken. Choose another, or leave the one we suggest."},
        max_length=64,
        unique=True,
        validators=[
            django.core.validators.RegexValidator("^[A-Za-z0-9][A-Za-z0-9_-]*$", "Letters, digits, - and _ only."),
            apps.campaigns.models.keys.validate_not_reserved,
        ],
    )


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_kept_answers")]

    operations = [
        migrations.AlterField(model_name="campaign", name="key", field=_key()),
        migrations.AlterField(model_name="link", name="key", field=_key()),
    ]
