"""Secrets that must be read again are stored locked: whoever has a copy of the database alone cannot use them."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def locked(text: str, purpose: str) -> str:
    """With a key made of SECRET_KEY, for this purpose alone."""
    return _lock(purpose).encrypt(text.encode()).decode()


def opened(text: str, purpose: str) -> str:
    """Opens what SECRET_KEY or one of SECRET_KEY_FALLBACKS has locked.

    Errors: cryptography.fernet.InvalidToken, when it was locked under none of the keys we know.
    """
    return _lock(purpose).decrypt(text.encode()).decode()


def _lock(purpose: str) -> MultiFernet:
    return MultiFernet(
        [Fernet(_key(secret, purpose)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _key(secret: str, purpose: str) -> bytes:
    return urlsafe_b64encode(salted_hmac(f"trellis {purpose}", "", secret=secret, algorithm="sha256").digest())
