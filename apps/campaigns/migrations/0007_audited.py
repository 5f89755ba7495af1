"""Campaigns, their versions and links are watched by the audit, and the tables of ingress, which imports nothing of ours."""

from django.db import migrations

from apps.accounts.audit.watching import watch


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0006_priority"),
        ("accounts", "0008_audit_entries"),
        ("ingress", "0011_what_is_kept_of_visitors"),
    ]

    operations = [
        watch("campaigns_campaign", passed_over=["updated_at"]),
        watch("campaigns_campaignversion", organization="campaign_id>campaigns_campaign", named="number"),
        watch("campaigns_link", passed_over=["updated_at"]),
        watch("ingress_organizationtables", named="version"),
        watch("ingress_privacypolicy", named="address"),
        watch("ingress_referrer", organization=""),
        watch("ingress_adclickparameter", organization="", named="parameter"),
        watch("ingress_sourcecategory", organization="", named="source"),
        watch("ingress_channelrule", organization="", named="channel"),
        watch("ingress_knownnetwork", organization="", named="network"),
    ]
