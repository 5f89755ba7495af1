"""What may be typed as an address of Warden. Only staff type them, so private ones are allowed: Warden often stands inside."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def validate_place(url: str) -> None:
    """https, or http on one's own machine. Errors: ValidationError."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise ValidationError("This is no address.", code="invalid") from error
    on_ones_own = host in LOOPBACK and not settings.TRELLIS_SECURE
    if parts.scheme != "https" and not (parts.scheme == "http" and on_ones_own):
        raise ValidationError("The address must begin with https://.", code="invalid")
    if not host or not url.isascii() or not url.isprintable() or " " in url or parts.username or parts.fragment:
        raise ValidationError("This is no address.", code="invalid")
