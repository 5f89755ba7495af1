"""Two ways from Warden into the pages: by its own sign-in page and back, and with a token that somebody posts."""

from typing import cast

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework.request import Request

from apps.accounts.rate_limits import refused_too_often
from apps.accounts.warden import exchanging, sessions, sign_in
from apps.accounts.warden.asking import WardenUnavailable
from apps.accounts.warden.exchanging import ForeignForm
from apps.accounts.warden.tokens import BadToken

PROCESSES = ("login", "connect")


@never_cache
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """GET asks, POST goes: by a page that leads on, since our policy lets no form end at another host."""
    try:
        provider = get_adapter().get_provider(request, provider_id)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    asked = request.POST if request.method == "POST" else request.GET
    process = asked.get("process") if asked.get("process") in PROCESSES else "login"
    following = get_next_redirect_url(request)
    page = {"provider": provider, "process": process, "next": following}
    if request.method == "POST":
        page["leads_to"] = provider.redirect(request, process=process, next_url=following)["Location"]
    return render(request, "accounts/warden_sign_in.html", page)


@csrf_exempt  # `exchanging` says by what it is guarded instead
@never_cache
@require_POST
def exchange(request: HttpRequest) -> HttpResponse:
    """A token for a session. Every refused token reads the same."""
    try:
        issuer, person = exchanging.person_of(
            request.headers.get("Authorization", ""),
            request.POST.get("token", ""),
            origin=request.headers.get("Origin", ""),
            own_origin=settings.TRELLIS_PAGES_URL,
            now=timezone.now(),
        )
    except ForeignForm:
        return sign_in.refusal(request, "This site may not sign anybody in here.", status=403)
    except BadToken:
        return _refused(request)
    except WardenUnavailable as error:
        answer = sign_in.refusal(request, sign_in.AWAY, status=503)
        answer["Retry-After"] = str(error.retry_after_s)
        return answer
    logout(request)
    record_authentication(request, person, sessions.METHOD, provider=issuer.key)
    done: HttpResponse = perform_login(request, person, email_verification="none", redirect_url="/")
    return done


def _refused(request: HttpRequest) -> HttpResponse:
    """Counted with what the API refuses to the same address."""
    slowed = refused_too_often(cast(Request, request))
    if slowed is None:
        return sign_in.refusal(request, sign_in.NO_ENTRY, status=401)
    answer = sign_in.refusal(request, str(slowed.detail), status=429)
    answer["Retry-After"] = str(slowed.wait)
    return answer
