"""Saved views are watched by the audit."""

from django.db import migrations

from apps.accounts.audit.watching import watch


class Migration(migrations.Migration):
    dependencies = [("analytics", "0003_fewer_hours"), ("accounts", "0008_audit_entries")]

    operations = [
        watch("analytics_savedview"),
    ]
