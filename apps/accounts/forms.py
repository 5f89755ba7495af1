"""What people type about themselves and their organization."""

import zoneinfo
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts import inviting
from apps.accounts.fields import host_name
from apps.accounts.founding import found_organization
from apps.accounts.models import Domain, Organization, User
from apps.accounts.roles import Scope

OVERLAP_HOURS = [
    ("24", "a day"),
    ("168", "a week"),
    ("720", "30 days"),
    ("1", "an hour"),
    ("0", "no longer: it is revoked"),
]
EXPIRY_DAYS = [("90", "in 90 days"), ("365", "in a year"), ("30", "in 30 days"), ("", "never")]


def _time_zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


class SignUp(forms.Form):
    """The fields we add to allauth's sign-up form, which inherits from this class."""

    organization = forms.CharField(
        max_length=120, label="Organization", help_text="Your company or team. You can rename it later."
    )
    field_order = ("email", "organization", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # allauth hands its forms no request; this is where it keeps the one being answered.
        self.invitation = inviting.remembered(context.request, timezone.now())
        if self.invitation:
            del self.fields["organization"]
            # The link was sent to this address alone, so coming by it proves the address, and no other.
            self.fields["email"].initial, self.fields["email"].disabled = self.invitation.email, True

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called once the person is stored: lets them in where they are invited, or gives them an organization of their own."""
        if self.invitation is None:
            found_organization(self.cleaned_data["organization"], user)
        else:
            get_adapter().stash_verified_email(request, self.invitation.email)
            inviting.accept(self.invitation, user, timezone.now())


class NewOrganization(forms.Form):
    name = forms.CharField(max_length=120, label="Name of the organization")


class OrganizationSettings(forms.ModelForm[Organization]):
    time_zone = forms.ChoiceField(choices=_time_zones, help_text="Days on charts begin at midnight there.")

    class Meta:
        model = Organization
        fields = ("name", "time_zone", "currency", "retention_days", "default_destination", "safe_url")
        widgets = {
            "default_destination": forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
            "safe_url": forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
        }

    def __init__(self, *args: Any, read_only: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Programs written before there was a choice do not send one; they keep what is stored.
        self.fields["currency"].required = False
        for field in self.fields.values():
            field.disabled = read_only


class NewDomain(forms.ModelForm[Domain]):
    class Meta:
        model = Domain
        fields = ("name", "serves_links")
        labels = {"name": "Domain", "serves_links": "Serves tracked links"}
        widgets = {"name": forms.TextInput(attrs={"placeholder": "example.com", "autocapitalize": "none"})}

    def clean_name(self) -> str:
        # The form leaves the organization out, so Django skips the constraint that needs it.
        name = host_name(self.cleaned_data["name"])
        if self.instance.organization.domains.filter(name=name).exists():
            raise ValidationError("This domain is already on the list.", code="unique")
        return name


class NewApiKey(forms.Form):
    name = forms.CharField(max_length=100, help_text="What will use it, such as “warehouse export”.")
    scopes = forms.MultipleChoiceField(choices=Scope.choices, widget=forms.CheckboxSelectMultiple, label="It may")
    expires = forms.ChoiceField(choices=EXPIRY_DAYS, required=False, initial="90", label="It ends")

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["expires"]
        return now + timedelta(days=int(days)) if days else None


class RotatedKey(forms.Form):
    overlap = forms.ChoiceField(choices=OVERLAP_HOURS)

    def overlap_time(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["overlap"]))
