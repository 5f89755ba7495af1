"""The parts by the words that addresses have for them."""

from apps.campaigns.builder.membership import MembershipPart
from apps.campaigns.builder.parts import (
    DestinationPart,
    FallbackPart,
    ParametersPart,
    Part,
    RulePart,
    SettingsPart,
    UnknownPart,
)

NUMBERED: dict[str, type[Part]] = {"rule": RulePart, "destination": DestinationPart}
SINGLE: dict[str, type[Part]] = {
    "fallback": FallbackPart,
    "membership": MembershipPart,
    "parameters": ParametersPart,
    "settings": SettingsPart,
}


def part_named(slug: str) -> tuple[type[Part], int]:
    """`rule-3`, `new-rule`, `settings`: what it is, and its number. Errors: UnknownPart."""
    kind, _, number = slug.partition("-")
    if kind == "new" and number in NUMBERED:
        return NUMBERED[number], 0
    if kind in NUMBERED and number.isascii() and number.isdigit() and int(number[:9]) > 0:
        return NUMBERED[kind], int(number[:9])
    if slug in SINGLE:
        return SINGLE[slug], 0
    raise UnknownPart(slug)
