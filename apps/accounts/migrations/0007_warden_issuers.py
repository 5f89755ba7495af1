"""Issuers of tokens, the organizations each may speak for, and the memberships that came of it."""

from typing import Any

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import apps.accounts.warden.places


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_invitations"),
    ]

    operations: list[Any] = [
        migrations.CreateModel(
            name="WardenIssuer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.SlugField(
                        help_text="In addresses. It stays: people are known by it.", max_length=32, unique=True
                    ),
                ),
                ("name", models.CharField(help_text='The button says "Sign in with …".', max_length=60)),
                (
                    "issuer",
                    models.CharField(
                        help_text="The claim iss, to the letter. To sign in by browser: Warden's address.",
                        max_length=500,
                        unique=True,
                    ),
                ),
                ("audience", models.CharField(help_text="What the claim aud has to name: us.", max_length=255)),
                (
                    "family",
                    models.CharField(
                        choices=[
                            ("secret", "A shared secret (HS256)"),
                            ("jwks", "Keys it publishes (RS256, ES256, EdDSA)"),
                        ],
                        default="jwks",
                        max_length=8,
                        verbose_name="signed with",
                    ),
                ),
                (
                    "jwks_url",
                    models.CharField(
                        blank=True,
                        help_text="Of its JWKS.",
                        max_length=500,
                        validators=[apps.accounts.warden.places.validate_place],
                        verbose_name="address of the keys",
                    ),
                ),
                ("locked_secret", models.TextField(blank=True, editable=False)),
                (
                    "leeway_s",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Seconds its clock may differ.",
                        validators=[django.core.validators.MaxValueValidator(300)],
                        verbose_name="leeway",
                    ),
                ),
                ("person_claim", models.CharField(default="sub", max_length=100)),
                ("email_claim", models.CharField(default="email", max_length=100)),
                ("name_claim", models.CharField(default="name", max_length=100)),
                ("organization_claim", models.CharField(default="org", max_length=100)),
                ("permissions_claim", models.CharField(default="permissions", max_length=100)),
                (
                    "words",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='Where Warden says it otherwise: {"reports.view": "analytics:read", "boss": "trellis:admin"}.',
                        verbose_name="permissions in our words",
                    ),
                ),
                (
                    "service_key_prefix",
                    models.CharField(
                        blank=True,
                        help_text="Keys that begin so are asked about here.",
                        max_length=32,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^wdn_sk_[a-z0-9_]{0,24}$",
                                "Begins with wdn_sk_; small letters, digits and _ may follow.",
                            )
                        ],
                    ),
                ),
                (
                    "introspection_url",
                    models.CharField(
                        blank=True,
                        max_length=500,
                        validators=[apps.accounts.warden.places.validate_place],
                        verbose_name="address that knows service keys",
                    ),
                ),
                (
                    "signs_in",
                    models.BooleanField(
                        default=False, help_text="Shows the button (OpenID Connect).", verbose_name="sign in by browser"
                    ),
                ),
                ("client_id", models.CharField(blank=True, help_text="Who we are at Warden.", max_length=191)),
                ("locked_client_secret", models.TextField(blank=True, editable=False)),
                (
                    "exchanges_tokens",
                    models.BooleanField(
                        default=False,
                        help_text="A token may be posted for a session in the browser.",
                        verbose_name="tokens become sessions",
                    ),
                ),
                (
                    "portal_origin",
                    models.CharField(
                        blank=True,
                        help_text="The site whose form may post a token.",
                        max_length=255,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^https?://[a-z0-9.-]+(:\\d+)?$",
                                "An origin such as https://portal.example.com, without a path.",
                            )
                        ],
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="Switched off, its tokens, keys and sessions end at once."
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "Warden issuer",
                "ordering": ("name", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("family", "secret"), ("jwks_url", "")),
                            models.Q(
                                ("family", "jwks"), ("locked_secret", ""), models.Q(("jwks_url", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="warden_one_family",
                        violation_error_message="Either a shared secret or the address of keys, never both.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("service_key_prefix", ""), _negated=True),
                        fields=("service_key_prefix",),
                        name="warden_service_key_once",
                        violation_error_message="Keys that begin so are another issuer's.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WardenMembership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.wardenissuer"
                    ),
                ),
                (
                    "membership",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="warden", to="accounts.membership"
                    ),
                ),
            ],
            options={
                "verbose_name": "Warden membership",
            },
        ),
        migrations.CreateModel(
            name="WardenOrganization",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "external_id",
                    models.CharField(help_text="What the claim says.", max_length=255, verbose_name="its name there"),
                ),
                (
                    "highest",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("admin", "Admin"),
                            ("marketer", "Marketer"),
                            ("viewer", "Viewer"),
                        ],
                        default="marketer",
                        help_text="No token makes anybody more than this.",
                        max_length=16,
                        verbose_name="at most",
                    ),
                ),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="organizations",
                        to="accounts.wardenissuer",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization"
                    ),
                ),
            ],
            options={
                "verbose_name": "Warden organization",
                "ordering": ("issuer", "external_id"),
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "external_id"), name="warden_external_id_once"),
                    models.UniqueConstraint(fields=("issuer", "organization"), name="warden_organization_once"),
                    models.CheckConstraint(
                        condition=models.Q(("highest__in", ["admin", "marketer", "viewer"])),
                        name="warden_highest_known",
                    ),
                ],
            },
        ),
    ]
