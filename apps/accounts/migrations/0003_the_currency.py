"""The currency of an organization, and since when it cannot be changed."""

from typing import Any

from django.db import migrations, models

import apps.accounts.currencies


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_organizations_of_generated_clicks")]

    operations: list[Any] = [
        migrations.AddField(
            "organization",
            "currency",
            apps.accounts.currencies.CurrencyField(
                default="EUR",
                help_text="All money is shown in it. It stays once a conversion or a cost is booked.",
                max_length=3,
            ),
        ),
        migrations.AddField(
            "organization",
            "money_since",
            models.DateTimeField(editable=False, help_text="When the first money was booked.", null=True),
        ),
        migrations.AddConstraint(
            "organization",
            models.CheckConstraint(condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="currency_code"),
        ),
    ]
