"""How a network's postbacks are read: which of its parameters mean what, and what its words for a status mean."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import models

from apps.accounts.currencies import CURRENCIES

SUBS = tuple(f"sub{n}" for n in range(1, 21))
# Parameters by which the address itself says how to read a status, as Keitaro's do: `&sale_status=approved,paid`.
WORDS_FOR = {"lead_status": "lead", "sale_status": "sale", "rejected_status": "rejected", "ignore_status": "ignore"}
CANONICAL: tuple[str, ...] = (
    "click_id", "txid", "status", "goal", "payout", "currency", "cost", *SUBS, *WORDS_FOR
)  # fmt: skip
"""What a parameter can mean, in the order in which each takes what it finds."""
ABSENT = ""
"""The status map's word for a postback that names no status."""
ALIASES_MAX = 20


class Status(models.TextChoices):
    """What a conversion is. A word of a network may also mean `ignore`: such a postback books nothing."""

    LEAD = "lead"
    SALE = "sale"
    REJECTED = "rejected"
    REBILL = "rebill"


IGNORE = "ignore"


class BadMaps(ValueError):
    """Somebody's maps make no sense; the message says where, for people."""


class Maps(NamedTuple):
    """`parameters`: what is meant → the names it may come under, the best first. `statuses`: a word in lower case → a status, or
    `ignore`. `currency` is for postbacks that name none; empty for the organization's own.
    """

    parameters: Mapping[str, tuple[str, ...]]
    statuses: Mapping[str, str]
    currency: str = ""

    @classmethod
    def parse(cls, parameters: Any, statuses: Any, currency: str = "") -> "Maps":
        """Of what JSON or a form says. Raises BadMaps."""
        if not isinstance(parameters, Mapping) or not isinstance(statuses, Mapping):
            raise BadMaps("The maps are not pairs of a name and what it means.")
        if currency and currency not in CURRENCIES:
            raise BadMaps(f"{currency} is not a currency we know.")
        return cls(
            {meaning: _aliases(meaning, parameters[meaning]) for meaning in _known(parameters)},
            {str(word).strip().lower(): _status(word, meaning) for word, meaning in statuses.items()},
            currency,
        )


def _known(parameters: Mapping[str, Any]) -> list[str]:
    if unknown := sorted(set(parameters) - set(CANONICAL)):
        raise BadMaps(f"No postback says “{unknown[0]}”. There are: {', '.join(CANONICAL)}.")
    return [meaning for meaning in CANONICAL if meaning in parameters]


def _aliases(meaning: str, names: Any) -> tuple[str, ...]:
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) and 0 < len(name) <= 100 for name in names):
        raise BadMaps(f"The names for “{meaning}” are not a list of names of up to 100 letters.")
    if len(names) > ALIASES_MAX:
        raise BadMaps(f"“{meaning}” has {len(names)} names, {ALIASES_MAX} are enough.")
    return tuple(dict.fromkeys(name.strip() for name in names))


def _status(word: Any, meaning: Any) -> str:
    if meaning not in (*Status.values, IGNORE):
        raise BadMaps(f"“{word}” cannot mean “{meaning}”. It can mean: {', '.join((*Status.values, IGNORE))}.")
    return str(meaning)
