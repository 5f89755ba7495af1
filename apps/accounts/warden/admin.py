"""Staff's view of issuers. A secret can be set and replaced, and is never shown again."""

from typing import Any

from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken  # which registers them first
from django import forms
from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.warden.models import SECRET_MIN_CHARS, Family, WardenIssuer, WardenOrganization

# Not used: issuers stand in our own table. The first of them would show its secret.
for unused in (SocialApp, SocialToken, SocialAccount):
    admin.site.unregister(unused)


class IssuerForm(forms.ModelForm[WardenIssuer]):
    secret = forms.CharField(
        label="Shared secret",
        required=False,
        min_length=SECRET_MIN_CHARS,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=f"At least {SECRET_MIN_CHARS} characters. Empty: the one there is stays. It is not shown again.",
    )
    client_secret = forms.CharField(
        label="Client secret",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="What we show Warden to prove who we are. Empty: the one there is stays. It is not shown again.",
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        by_secret = said.get("family") == Family.SECRET
        if by_secret and not (said.get("secret") or self.instance.locked_secret) and "secret" not in self.errors:
            self.add_error("secret", "Without it no token can be checked.")
        if not by_secret and said.get("secret"):
            self.add_error("secret", "This issuer publishes its keys: it has no shared secret.")
        if by_secret == bool(said.get("jwks_url")) and "jwks_url" not in self.errors:
            self.add_error("jwks_url", "Either a shared secret or the address of keys, never both.")
        # Before the constraints are looked at: what an issuer changes to must not keep the other family's key.
        self.instance.keep_secrets(secret=said.get("secret") or "", client_secret=said.get("client_secret") or "")
        if not by_secret:
            self.instance.locked_secret = ""
        return said


class OrganizationInline(admin.TabularInline[WardenOrganization, WardenIssuer]):
    model = WardenOrganization
    autocomplete_fields = ("organization",)
    extra = 0


@admin.register(WardenIssuer)
class WardenIssuerAdmin(admin.ModelAdmin[WardenIssuer]):
    form = IssuerForm
    list_display = ("name", "issuer", "family", "signs_in", "is_active")
    search_fields = ("name", "issuer", "key")
    inlines = (OrganizationInline,)
    fieldsets = (
        (None, {"fields": ("name", "key", "issuer", "audience", "leeway_s", "is_active")}),
        ("How its tokens are signed", {"fields": ("family", "jwks_url", "secret")}),
        (
            "How its claims are read",
            {
                "fields": (
                    "person_claim", "email_claim", "name_claim", "organization_claim", "permissions_claim", "words",
                )
            },
        ),
        ("Service keys", {"fields": ("service_key_prefix", "introspection_url")}),
        (
            "The browser",
            {"fields": ("signs_in", "client_id", "client_secret", "exchanges_tokens", "portal_origin")},
        ),
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: WardenIssuer | None = None) -> tuple[str, ...]:
        return ("key",) if obj else ()
