"""Fields that bring what people type into the one form we store."""

import zoneinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models

HOST_NAME = RegexValidator(
    r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "Enter a host name such as example.com, without https:// and without a path.",
)
# Python's idna codec follows the standard of 2003, which maps these elsewhere than browsers do: ß to ss, and so on.
AMBIGUOUS = frozenset("ßẞς\u200c\u200d")

web_address = URLValidator(schemes=["http", "https"], message="Enter an address that begins with https:// or http://.")


def host_name(text: str) -> str:
    """The ASCII, lower-case form of a host name, without the final dot. Raises ValidationError when there is none."""
    if AMBIGUOUS & set(text):
        raise ValidationError("Write this host name in its xn-- form.", code="invalid")
    try:
        return text.strip().rstrip(".").lower().encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ValidationError(HOST_NAME.message, code="invalid") from error


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError("%(name)s is not a time zone we know.", code="invalid", params={"name": name})


class LowerCaseEmailField(models.EmailField[str, str]):
    """One person, one spelling: stored and looked up in lower case, and the table refuses any other."""

    def to_python(self, value: object) -> str | None:
        text: str | None = super().to_python(value)
        return text.strip().lower() if text else text


class HostNameField(models.CharField[str, str]):
    default_validators = [HOST_NAME]

    def clean(self, value: Any, model_instance: models.Model | None) -> str:
        # Not in to_python, which lookups call too: a search for half a name must not be refused.
        cleaned: str = super().clean(host_name(str(value)), model_instance)
        return cleaned
