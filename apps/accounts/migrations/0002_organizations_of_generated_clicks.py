from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people_organizations_and_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="is_generated",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Every page of it says so. Set by what fills it, never by hand.",
                verbose_name="filled with generated clicks",
            ),
        ),
    ]
