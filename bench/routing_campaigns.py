"""The campaigns of `bench routing`: 10,000 of them with 1, 10 or 100 rules, the same ones in every run.

Conditions ask for place, device, parameters and the hour, alone and nested. Each holds for a few clicks in a hundred, so that most
clicks are asked about most rules.
"""

from collections.abc import Iterator
from typing import Any

from bench import traffic
from bench.routing_places import COUNTRIES

# How many campaigns have so many rules. Ten is the number the budget names.
COUNTS = {1: 1_000, 10: 8_900, 100: 100}
CAMPAIGNS = sum(COUNTS.values())
ZONE = "Europe/Berlin"
DESTINATIONS = (1, 2, 3, 4)
FIRST_RULE = 11
# The link's destination with the number of the campaign's own and the version in it, so that a Location says which one it is of.
_DESTINATION = traffic.DESTINATION.replace("/offer/{n}?", "/offer/{n}-{destination}?v={version}&")
Document = dict[str, Any]


def numbers(rules: int) -> range:
    """Of the campaigns with so many rules, counted from 1."""
    before = sum(count for size, count in COUNTS.items() if size < rules)
    return range(before + 1, before + COUNTS[rules] + 1)


def campaigns() -> Iterator[tuple[int, int]]:
    """Number of each campaign, and of its rules."""
    return ((number, rules) for rules in COUNTS for number in numbers(rules))


def rules_of(number: int) -> int:
    """How many rules the campaign has."""
    return next(rules for rules in COUNTS if number in numbers(rules))


def key_of(number: int) -> str:
    return f"c{number * 7919:x}"


def document(number: int, rules: int, *, version: int = 1) -> Document:
    """What is published of a campaign."""
    return {
        "membership": None,
        "sticky": "visitor",
        "zone": ZONE,
        "starts_at": None,
        "ends_at": None,
        "parameters": {"others": "drop", "named": []},
        "caps": [],
        "destinations": [_destination(number, each, version) for each in DESTINATIONS],
        "rules": [_rule(number, place) for place in range(rules)],
        "fallback": _shares(1, 2),
        "next_id": FIRST_RULE + rules,
    }


def address_begins(number: int, destination: int, *, version: int = 1) -> str:
    """How every Location begins that leads there."""
    return _DESTINATION.format(n=number, destination=destination, version=version).partition("&")[0]


def _destination(number: int, destination: int, version: int) -> Document:
    url = _DESTINATION.format(n=number, destination=destination, version=version)
    return {"id": destination, "name": f"Offer {destination}", "url": url, "paused": False, "caps": []}


def _rule(number: int, place: int) -> Document:
    return {
        "id": FIRST_RULE + place,
        "name": f"Rule {place + 1}",
        "when": condition(number * 31 + place),
        "paused": False,
        "starts_at": None,
        "ends_at": None,
        "caps": [],
        "to": _shares(3, 4) if place % 2 else _shares(2, 3),
    }


def _shares(one: int, other: int) -> list[Document]:
    return [{"destination": one, "weight": 70}, {"destination": other, "weight": 30}]


def condition(n: int) -> Document:
    """One of ten kinds of condition, with values that hang on `n` as well."""
    country = COUNTRIES[n // 10 % len(COUNTRIES)]
    some = sorted({COUNTRIES[(n + step) % len(COUNTRIES)] for step in (3, 8, 21)})
    kinds = (
        _every(_is("country", country), _is("device_type", "phone")),
        _is("utm_campaign", f"autumn-{n % 50}"),
        _every(_between(f"hour.{ZONE}", n % 24, n % 24), _is("utm_source", "newsletter")),
        _some(
            _every(_in("country", some), _not(_is("browser", "Chrome")), _is("language", "de-DE")),
            _every(_is("os", "iOS"), _is("language", "ja"), _not(_in("country", some))),
        ),
        _term("parameters.sub1", "starts_with", f"{n % 256:02x}"),
        _every(_term("parameters", "has", "gclid"), _is("city", f"City of {country}"), _not(_is("device_type", "phone"))),
        _every(_between(f"weekday.{ZONE}", 1, 5), _is("country", country), _is("browser", "Firefox")),
        _every(_is("time_zone", ZONE), _some(_is("os", "Android"), _between(f"hour.{ZONE}", 0, 3))),
        _every(_is("region", f"R{n % 9}"), _is("device_type", "desktop"), _is("utm_source", "facebook")),
        _every(_in("country", some), _some(_every(_is("os", "iOS"), _not(_is("utm_source", "google"))), _is("os", "Linux"))),
    )  # fmt: skip
    return kinds[n % len(kinds)]


def _every(*parts: Document) -> Document:
    return {"all": list(parts)}


def _some(*parts: Document) -> Document:
    return {"any": list(parts)}


def _not(part: Document) -> Document:
    return {"not": part}


def _is(field: str, value: str) -> Document:
    return _term(field, "is", value)


def _in(field: str, values: list[str]) -> Document:
    return _term(field, "in", values)


def _between(field: str, low: int, high: int) -> Document:
    return _term(field, "between", [low, high])


def _term(field: str, op: str, value: object) -> Document:
    return {"field": field, "op": op, "value": value}
