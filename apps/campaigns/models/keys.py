"""Keys: what stands behind `/in/`. They are unique in the whole installation, see docs/decisions/."""

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

KEY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
TAKEN = "This key is taken. Choose another, or leave the one we suggest."
RESERVED = frozenset({"new"})  # /links/new and /campaigns/new are pages
validate_key = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_-]*$", "Letters, digits, - and _ only.")


def new_key() -> str:
    """Seven characters nobody mistakes for one another: 31**7 is 27 thousand million keys."""
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(7))


def validate_not_reserved(key: str) -> None:
    if key in RESERVED:
        raise ValidationError("This key is used by Trellis itself. Choose another.", code="reserved")


def key_field() -> "models.CharField[Any, Any]":
    return models.CharField(
        max_length=64,
        unique=True,
        default=new_key,
        validators=[validate_key, validate_not_reserved],
        error_messages={"unique": TAKEN},
    )
