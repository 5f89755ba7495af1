"""Signing in by browser at Warden: what allauth's OpenID Connect (code and PKCE) asks of us, and what we ask of its answer."""

from collections.abc import Iterable, Iterator
from typing import Any

import requests
import structlog
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.models import User
from apps.accounts.warden import own_account, people
from apps.accounts.warden.asking import SecretLost, WardenSession
from apps.accounts.warden.models import WardenIssuer
from apps.accounts.warden.places import validate_place
from apps.accounts.warden.tokens import BadToken

PROVIDER = "openid_connect"
DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
NO_ENTRY = (
    "Warden let you in, and Trellis did not: no organization here is yours by what it says, or you were switched off."
)
STAFF = "Staff sign in with their password and their second factor, not by Warden."
TAKEN = (
    "Somebody with your e-mail address is here already. If it is you, sign in as before, and connect Warden under "
    "Your account, Warden."
)
AWAY = "Warden does not answer. Try again in a moment, or sign in with your password."
log = structlog.get_logger(__name__)


class PageSession(WardenSession):
    """While somebody waits before a browser: what goes wrong is a page that says so."""

    def send(self, request: requests.PreparedRequest, **words: Any) -> requests.Response:
        try:
            answer = super().send(request, **words)
            said = answer.json()
            if answer.is_redirect or answer.status_code >= 500 or not isinstance(said, dict):
                raise requests.RequestException(f"{answer.status_code}, or no object")
            for name in ENDPOINTS if (request.url or "").endswith(DISCOVERY) else ():
                validate_place(str(said.get(name)))
        except (requests.RequestException, ValidationError) as error:
            log.warning("warden_unavailable", why=f"{type(error).__name__}: {error}")
            raise ImmediateHttpResponse(refusal(context.request, AWAY, status=503)) from error
        return answer


class WardenAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Issuers with a button, as allauth wants them; its own table of them is not used."""
        # Chosen here and not by the query: what stands in an address may be text that no database takes.
        asked = [
            issuer
            for issuer in WardenIssuer.objects.filter(is_active=True, signs_in=True)
            if provider in (None, issuer.key) and client_id in (None, issuer.client_id)
        ]
        return list(_apps(asked))

    def get_requests_session(self) -> PageSession:
        return PageSession()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """People are made by their claims before allauth looks for them; by nothing else."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """After the code was exchanged: the person and the memberships are made, or nobody comes in."""
        issuer = WardenIssuer.objects.get(key=sociallogin.account.provider)
        try:
            said = people.read(_claims(sociallogin.account, issuer), issuer)
            _forget_claims(sociallogin.account)
            if sociallogin.state.get("process") == "connect":
                if own_account.by_issuer(request):
                    raise ImmediateHttpResponse(own_account.refusal(request))
                people.places_of(issuer, said)
                return
            person, _ = people.admit(issuer, said)
        except BadToken as error:
            log.info("warden_refused", why=str(error))
            why = TAKEN if isinstance(error, people.AddressTaken) else NO_ENTRY
            raise ImmediateHttpResponse(refusal(request, why, status=403)) from error
        if is_staff(person):
            raise ImmediateHttpResponse(refusal(request, STAFF, status=403))
        if not sociallogin.is_existing:
            sociallogin.lookup()


def is_staff(person: User) -> bool:
    """Warden's second factor is not ours to see, and staff must have one."""
    return person.is_staff or person.is_superuser


def refusal(request: HttpRequest, why: str, *, status: int) -> HttpResponse:
    return render(request, "accounts/warden_refused.html", {"why": why}, status=status)


def _apps(issuers: Iterable[WardenIssuer]) -> Iterator[SocialApp]:
    """An issuer whose secret is lost has no button: the sign-in page must stay, above all for who can type the secret in again."""
    for issuer in issuers:
        try:
            yield _app(issuer)
        except SecretLost:
            log.exception("warden_secret_lost", issuer=issuer.key)


def _app(issuer: WardenIssuer) -> SocialApp:
    """Errors: SecretLost."""
    return SocialApp(
        provider=PROVIDER,
        provider_id=issuer.key,
        name=issuer.name,
        client_id=issuer.client_id,
        secret=issuer.client_secret,
        settings={
            "server_url": issuer.issuer.rstrip("/"),
            "oauth_pkce_enabled": True,
            "uid_field": issuer.person_claim,
        },
    )


def _claims(account: SocialAccount, issuer: WardenIssuer) -> dict[str, Any]:
    """Of the ID token, which allauth had from Warden itself; userinfo may add to it. Errors: BadToken."""
    proven, told = account.extra_data.get("id_token"), account.extra_data.get("userinfo") or {}
    if not isinstance(proven, dict) or proven.get("iss") != issuer.issuer:
        raise BadToken("no ID token, or another issuer's")
    if told.get("sub", proven.get("sub")) != proven.get("sub") or account.uid != proven.get(issuer.person_claim):
        raise BadToken("token and userinfo speak of two people")
    return {**told, **proven}


def _forget_claims(account: SocialAccount) -> None:
    """They are read; nobody needs a copy. allauth has stored one already when it knew the account."""
    account.extra_data = {}
    if account.pk:
        account.save(update_fields=["extra_data"])
