"""The rules that the wizard can make: country, device, one parameter and the time of day. The builder makes all others."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.ingress.rules.countries import COUNTRIES

DEVICES = ("phone", "tablet", "desktop", "tv", "console", "wearable", "car")
LAST_HOUR = 23
_BETWEEN = re.compile(r"\s*[,;\n]\s*")
_CODES = {name.casefold(): code for code, name in COUNTRIES.items()}


class UnknownCountry(ValueError):
    """What was typed is neither a code nor a name; it is the message."""


@dataclass(frozen=True)
class Conditions:
    """All that are given have to hold. Hours are those of the clock in `zone`, both ends included; over midnight too."""

    zone: str
    countries: tuple[str, ...] = ()
    device: str = ""
    parameter: str = ""
    value: str = ""
    first_hour: int | None = None
    last_hour: int | None = None

    @property
    def rule(self) -> dict[str, Any]:
        """As a document of the rule language; nothing given is everything."""
        parts = [*self._countries(), *self._device(), *self._parameter(), *self._hours()]
        return parts[0] if len(parts) == 1 else {"all": parts}

    def _countries(self) -> Iterable[dict[str, Any]]:
        if self.countries:
            yield {"field": "country", "op": "in", "value": [*self.countries]}

    def _device(self) -> Iterable[dict[str, Any]]:
        if self.device:
            yield {"field": "device_type", "op": "is", "value": self.device}

    def _parameter(self) -> Iterable[dict[str, Any]]:
        if self.parameter and self.value:
            yield {"field": f"parameters.{self.parameter}", "op": "is", "value": self.value}
        elif self.parameter:
            yield {"field": "parameters", "op": "has", "value": self.parameter}

    def _hours(self) -> Iterable[dict[str, Any]]:
        if self.first_hour is None or self.last_hour is None:
            return
        field = f"hour.{self.zone}"
        if self.first_hour <= self.last_hour:
            yield {"field": field, "op": "between", "value": [self.first_hour, self.last_hour]}
        else:
            evening = {"field": field, "op": "between", "value": [self.first_hour, LAST_HOUR]}
            yield {"any": [evening, {"field": field, "op": "between", "value": [0, self.last_hour]}]}


def countries_of(text: str) -> tuple[str, ...]:
    """Codes of what was typed: `de, Austria` is DE and AT, each once. Errors: UnknownCountry."""
    return tuple(dict.fromkeys(_country(word) for word in _BETWEEN.split(text.strip()) if word))


def _country(word: str) -> str:
    if word.upper() in COUNTRIES:
        return word.upper()
    if word.casefold() in _CODES:
        return _CODES[word.casefold()]
    raise UnknownCountry(word)
