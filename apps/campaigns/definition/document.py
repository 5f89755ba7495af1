"""A definition as a document, in the one form in which it is stored and published."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from apps.campaigns.definition.nodes import Cap, Definition, Destination, Parameters, RoutingRule, Share
from apps.ingress.rules import dump as rule_document
from apps.ingress.rules.families import is_zone

Document = dict[str, Any]


def dump(definition: Definition) -> Document:
    """The document: parsed again it is the same definition. Any JSON store can hold it."""
    return {
        "membership": rule_document(definition.membership) if definition.membership is not None else None,
        "sticky": definition.sticky.value,
        "zone": definition.zone,
        "starts_at": moment(definition.starts_at),
        "ends_at": moment(definition.ends_at),
        "parameters": _parameters(definition.parameters),
        "caps": _caps(definition.caps),
        "destinations": [_destination(each) for each in definition.destinations],
        "rules": [_rule(each) for each in definition.rules],
        "fallback": _shares(definition.fallback),
        "next_id": definition.next_id,
    }


def empty(zone: str) -> Document:
    """What a campaign begins with: nowhere to go."""
    return dump(Definition(zone if is_zone(zone) else "UTC"))


def moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _parameters(parameters: Parameters) -> Document:
    named = [{"name": each.name, "do": each.do.value, "as": each.alias} for each in parameters.named]
    return {"others": parameters.others.value, "named": named}


def _destination(destination: Destination) -> Document:
    return {
        "id": destination.id,
        "name": destination.name,
        "url": destination.url,
        "paused": destination.paused,
        "caps": _caps(destination.caps),
    }


def _rule(rule: RoutingRule) -> Document:
    return {
        "id": rule.id,
        "name": rule.name,
        "when": rule_document(rule.when),
        "paused": rule.paused,
        "starts_at": moment(rule.starts_at),
        "ends_at": moment(rule.ends_at),
        "caps": _caps(rule.caps),
        "to": _shares(rule.to),
    }


def _caps(caps: Iterable[Cap]) -> list[Document]:
    return [{"of": cap.of.value, "per": cap.per.value, "limit": cap.limit} for cap in caps]


def _shares(shares: Iterable[Share]) -> list[Document]:
    return [{"destination": share.destination, "weight": share.weight} for share in shares]
