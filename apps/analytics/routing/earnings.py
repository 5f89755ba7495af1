"""What rules and destinations earned, as tables with their names."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.analytics.routing.effectiveness import Earned, Effectiveness


@dataclass(frozen=True)
class Line:
    name: str
    earned: Earned


@dataclass(frozen=True)
class Table:
    title: str
    lines: tuple[Line, ...]


def earnings_of(found: Effectiveness, names: Mapping[int, str]) -> list[Table]:
    """By rule, by destination, and both together."""

    def rule(earned: Earned) -> str:
        return names.get(earned.rule_id, f"Rule {earned.rule_id}") if earned.rule_id else "No rule: the fallback"

    def destination(earned: Earned) -> str:
        return (
            names.get(earned.destination_id, f"Destination {earned.destination_id}")
            if earned.destination_id
            else "Sent nowhere of the campaign's"
        )

    return [
        Table("Rules", tuple(Line(rule(each), each) for each in found.rules)),
        Table("Destinations", tuple(Line(destination(each), each) for each in found.destinations)),
        Table(
            "Rules and destinations", tuple(Line(f"{rule(each)} → {destination(each)}", each) for each in found.rows)
        ),
    ]
