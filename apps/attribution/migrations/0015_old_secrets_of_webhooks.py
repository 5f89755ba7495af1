"""A webhook's old secret signs beside the new one until it ends."""

from django.db import migrations, models
from django.db.models import Q

from apps.accounts.audit.watching import watch


class Migration(migrations.Migration):
    dependencies = [("attribution", "0014_lock_secrets_of_webhooks")]

    operations = [
        # It names the columns that are secret.
        migrations.RunSQL(
            "DROP TRIGGER audit ON attribution_webhookendpoint",
            "CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON attribution_webhookendpoint FOR EACH ROW "
            "EXECUTE FUNCTION accounts_audit('organization_id', '{locked_secret}', '{}', 'url')",
        ),
        migrations.AddField(
            "webhookendpoint",
            "locked_old_secret",
            models.TextField(blank=True, default="", editable=False, help_text="signs as well, until it ends"),
        ),
        migrations.AddField(
            "webhookendpoint",
            "old_secret_ends_at",
            models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            "webhookendpoint",
            models.CheckConstraint(
                condition=Q(locked_old_secret="", old_secret_ends_at=None)
                | ~Q(locked_old_secret="") & Q(old_secret_ends_at__isnull=False),
                name="webhook_old_secret_ends",
            ),
        ),
        watch("attribution_webhookendpoint", secret=["locked_secret", "locked_old_secret"], named="url"),
    ]
