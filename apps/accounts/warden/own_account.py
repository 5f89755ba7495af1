"""What only a password opens: how a person signs in. An issuer that could change it would reach organizations not its own."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.warden import sessions

# The person's addresses, password, second factor and connections, by django-allauth.
ADDRESSES = tuple(f"/accounts/{page}/" for page in ("email", "password/set", "password/change", "2fa", "3rdparty"))


def kept(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a session by Warden gets a page that says so instead."""

    def answered(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ADDRESSES) and by_issuer(request):
            return refusal(request)
        return get_response(request)

    return answered


def by_issuer(request: HttpRequest) -> bool:
    """Whether an issuer let in whoever asks."""
    return request.user.is_authenticated and bool(sessions.issuer_of(request))


def refusal(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_required.html", status=403)
