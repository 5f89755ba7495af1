"""Which of two campaigns a click goes to that both claim."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0005_reserved_keys")]

    operations = [
        migrations.AddField(
            "campaign",
            "priority",
            models.PositiveSmallIntegerField(
                default=100,
                help_text="Of campaigns that claim the same new click it goes to the one with the lowest number; of equals to the oldest.",
            ),
        ),
    ]
