"""What stored values are called: countries, languages, kinds, hours, in the words of a report."""

from babel import Locale

from apps.analytics import words
from apps.ingress.rules.countries import COUNTRIES

ENGLISH = Locale("en")
NONE = "(none)"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DEVICES = {"tv": "TV", "car": "Car", "other": "Other device"}


def country(code: str) -> str:
    """`DE` as Germany; a code nobody knows as itself."""
    return COUNTRIES.get(code, code)


def language(code: str) -> str:
    return str(ENGLISH.languages.get(code, code))


def device(word: str) -> str:
    return DEVICES.get(word, word.capitalize())


def weekday(number: str) -> str:
    """ISO: 1 is Monday."""
    return WEEKDAYS[int(number) - 1]


def hour(number: str) -> str:
    return f"{int(number):02}:00"


def kind(word: str) -> str:
    return words.KINDS.get(word, word)


# By the field whose value it is, or the family of the field.
CALLED = {
    "country": country,
    "language": language,
    "device_type": device,
    "kind": kind,
    "weekday": weekday,
    "hour": hour,
}


def called(field: str, value: str) -> str:
    """The value of a field in words; what is empty is named, for a table has no cell without a word."""
    return CALLED.get(field.partition(".")[0], str)(value) if value else NONE
