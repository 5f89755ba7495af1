"""Networks, costs, runs, editions and webhooks are watched by the audit."""

from django.db import migrations

from apps.accounts.audit.watching import watch


class Migration(migrations.Migration):
    dependencies = [("attribution", "0011_webhooks"), ("accounts", "0008_audit_entries")]

    operations = [
        watch("attribution_network", secret=["key", "secret"], passed_over=["updated_at"]),
        watch("attribution_networkversion", organization="network_id>attribution_network", named="number"),
        watch("attribution_costupload", secret=["data"]),
        watch("attribution_run", named="words"),
        watch("attribution_edition", named="number"),
        watch("attribution_rundraft"),
        watch("attribution_webhookendpoint", secret=["secret"], named="url"),
    ]
