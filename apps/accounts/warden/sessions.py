"""What a session is good for when Warden let the person in: the organizations of that issuer, for half a day."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from apps.accounts.warden.models import WardenOrganization

METHOD = "socialaccount"  # allauth's word for it, in the session
LASTS = timedelta(hours=12)


def issuer_of(request: HttpRequest) -> str:
    """The key of the issuer that let the person in; empty when a password did."""
    records = get_authentication_records(request, request.user)
    return next((str(record.get("provider", "")) for record in records if record.get("method") == METHOD), "")


def limit(request: HttpRequest) -> None:
    """Whoever Warden no longer lets in is out after this long: the session does not outlive it by use."""
    if issuer_of(request):
        request.session.set_expiry(LASTS)  # a moment; seconds would count anew whenever the session is saved


def within(request: HttpRequest, memberships: Iterable[Any]) -> list[Any]:
    """Of these memberships those in organizations that the issuer may speak for; all, when it was no issuer.

    A person may be in others too, by a password of their own. An issuer must not open these.
    """
    key = issuer_of(request) if request.user.is_authenticated else ""
    if not key:
        return list(memberships)
    places = WardenOrganization.objects.filter(issuer__key=key, issuer__is_active=True)
    own = set(places.values_list("organization_id", flat=True))
    return [member for member in memberships if member.organization_id in own]
