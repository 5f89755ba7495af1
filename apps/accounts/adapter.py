"""How sign-in behaves here: what django-allauth asks of the project."""

from base64 import urlsafe_b64encode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from apps.accounts.client_ip import client_ip


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def format_email_subject(self, subject: str) -> str:
        return f"Trellis: {subject}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """Our own reading of the proxies: allauth counts them, we know them by address."""
        peer = request.META.get("REMOTE_ADDR", "")
        return client_ip(peer, request.headers.get("X-Forwarded-For", ""), settings.TRUSTED_PROXIES)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of second factors locked: whoever has a copy of the database still cannot make their codes."""

    def encrypt(self, text: str) -> str:
        return _lock().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Errors: cryptography.fernet.InvalidToken, when it was locked under none of the keys we know."""
        return _lock().decrypt(encrypted_text.encode()).decode()


def _lock() -> MultiFernet:
    """Locks with SECRET_KEY, opens with SECRET_KEY_FALLBACKS too."""
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    return urlsafe_b64encode(salted_hmac("trellis second factor", "", secret=secret, algorithm="sha256").digest())
