"""How sign-in behaves here: what django-allauth asks of the project."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from apps.accounts.client_ip import client_ip
from apps.accounts.locks import locked, opened
from apps.accounts.models import User
from apps.accounts.warden import sessions

SECOND_FACTOR = "second factor"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def format_email_subject(self, subject: str) -> str:
        return f"Trellis: {subject}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """Our own reading of the proxies: allauth counts them, we know them by address."""
        peer = request.META.get("REMOTE_ADDR", "")
        return client_ip(peer, request.headers.get("X-Forwarded-For", ""), settings.TRUSTED_PROXIES)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        sessions.limit(request)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of second factors locked: whoever has a copy of the database still cannot make their codes."""

    def encrypt(self, text: str) -> str:
        return locked(text, SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """Errors: cryptography.fernet.InvalidToken, when it was locked under none of the keys we know."""
        return opened(encrypted_text, SECOND_FACTOR)
