"""Where a person is signed in: each session is seen with its device and address, and can be ended from any other."""

from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.accounts.access import signed_in_required

# One write a minute for each session, however much is clicked.
SEEN_EVERY = timedelta(minutes=1)


class SessionsSeen:
    """Remembers when, from where and with what a signed-in session was last used. Cost: one query a request of a person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without the cookie there is no session, and nothing is asked.
        if request.session.session_key and request.user.is_authenticated:
            note(request, timezone.now())
        return self.get_response(request)


def note(request: HttpRequest, now: datetime) -> None:
    seen = UserSession.objects.filter(session_key=request.session.session_key).values_list(
        "last_seen_at", "ip", "user_agent", "user_id"
    )
    as_now = (_address(request), request.headers.get("User-Agent", "")[: _agent_max_chars()], request.user.pk)
    if not any(before[1:] == as_now and now - before[0] < SEEN_EVERY for before in seen):
        UserSession.objects.create_from_request(request)


@signed_in_required
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Any of one's own: the one in use ends by signing out."""
    own = UserSession.objects.filter(user_id=request.user.pk).exclude(session_key=request.session.session_key)
    get_object_or_404(own, pk=session_id).end()
    messages.success(request, "That session is ended: the browser there is signed out.")
    return redirect("usersessions_list")


def _address(request: HttpRequest) -> str:
    address: str = get_adapter(request).get_client_ip(request)
    return address


def _agent_max_chars() -> int:
    return UserSession._meta.get_field("user_agent").max_length or 0
