"""A place for locked secrets of webhooks; the next migration locks them."""

from django.db import migrations, models

import apps.attribution.models.webhooks
from apps.accounts.audit.watching import watch


class Migration(migrations.Migration):
    dependencies = [("attribution", "0012_audited")]

    operations = [
        # It names the column.
        migrations.RunSQL(
            "DROP TRIGGER audit ON attribution_webhookendpoint",
            "CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON attribution_webhookendpoint FOR EACH ROW "
            "EXECUTE FUNCTION accounts_audit('organization_id', '{secret}', '{}', 'url')",
        ),
        migrations.RenameField("webhookendpoint", "secret", "locked_secret"),
        migrations.AlterField(
            "webhookendpoint",
            "locked_secret",
            models.TextField(default=apps.attribution.models.webhooks.new_locked_secret, editable=False),
        ),
        watch("attribution_webhookendpoint", secret=["locked_secret"], named="url"),
    ]
