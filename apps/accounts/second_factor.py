"""Staff prove a second factor in each session: who has none is led to set one up, who has one is asked for it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

WHY = "Staff pages need two-step sign-in: a stolen password must not open every organization."


def is_proven(request: HttpRequest) -> bool:
    """Whether this session knows more than a password. A session that is older than the factor is asked, too."""
    if not settings.TRELLIS_STAFF_SECOND_FACTOR:
        return True
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def step_for(request: HttpRequest, back_to: str) -> HttpResponse | None:
    """Where a member of staff goes first; None when nothing is missing."""
    if is_proven(request):
        return None
    own = Authenticator.objects.filter(user_id=request.user.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
    if own.exists():
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back_to})}")
    messages.warning(request, WHY)
    return redirect("mfa_activate_totp")


def asked_at(door: Callable[..., Any]) -> Callable[..., Any]:
    """The admin's own door, behind which only a proven session counts as signed in."""

    def login(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.is_staff:
            step = step_for(request, request.GET.get("next") or reverse("admin:index"))
            if step is not None:
                return step
        answer: HttpResponseBase = door(request, *args, **kwargs)
        return answer

    return login


class Enrolment(ActivateTOTPView):  # type: ignore[misc]
    """Entering the first code proves the factor: nobody is asked for the next one right away."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type=Authenticator.Type.TOTP)
        return answer
