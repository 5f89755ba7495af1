"""Lines that people write: shown in sentences, stored where neither zero bytes nor half letters can be."""

from django.core.exceptions import ValidationError

# Persian and some emoji are not written without them, though they print nothing.
JOINERS = "\u200c\u200d"


def is_line(text: str) -> bool:
    return all(letter.isprintable() or letter in JOINERS for letter in text)


def validate_line(text: str) -> None:
    if not is_line(text):
        raise ValidationError("Characters that cannot be printed do not belong here.", code="characters")
