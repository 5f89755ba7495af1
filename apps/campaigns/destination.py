"""What a link may lead to, said to the person who types it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from apps.ingress.destination import BadDestination, parse


def validate_destination(text: str) -> None:
    """Raises ValidationError: not http(s), an unknown macro, or an address that would bring the visitor back to us."""
    try:
        host = parse(text).host
    except BadDestination as error:
        raise ValidationError(str(error), code="bad_destination") from error
    if host == urlsplit(settings.TRELLIS_INGRESS_URL).hostname and urlsplit(text).path.startswith("/in"):
        raise ValidationError("This is a tracked link itself: visitors would go round in circles.", code="circle")
