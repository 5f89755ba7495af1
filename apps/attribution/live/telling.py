"""What changed in the rules that label what comes, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from apps.campaigns.models import Campaign
from apps.ingress.labelling import Line, lines_of
from apps.ingress.labelling.labels import routed_by
from apps.ingress.rules import words

SAID = 10
Key = tuple[int, int]


def changes_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Sentences about two documents of LabelTable. Cost: a query for the names of campaigns."""
    old, new = _by_key(before), _by_key(after)
    names = dict(Campaign.objects.filter(pk__in={campaign for campaign, _ in {*old, *new}}).values_list("pk", "name"))
    said = list(_changes(old, new, names)) or ["Campaigns claim new clicks in another order."]
    more = [f"And {len(said) - SAID} more."] if len(said) > SAID else []
    return " ".join(said[:SAID] + more)


def _changes(old: dict[Key, Line], new: dict[Key, Line], names: Mapping[int, str]) -> Iterator[str]:
    for key, line in new.items():
        if key not in old:
            yield f"New clicks are named {_name(names, key)} where {_words(line)}."
        elif old[key].rule != line.rule:
            yield f"New clicks are named {_name(names, key)} where {_words(line)}, no longer where {_words(old[key])}."
        elif old[key].version != line.version:
            yield f"{_name(names, key)} names the same new clicks by its version {line.version}."
    for key, line in old.items():
        if key not in new:
            yield f"New clicks are no longer named {_name(names, key)} where {_words(line)}."


def _words(line: Line) -> str:
    return "it routed them" if routed_by(line.rule) == line.campaign_id else words(line.rule)


def _by_key(document: Mapping[str, Any]) -> dict[Key, Line]:
    return {(line.campaign_id, line.run_id): line for line in lines_of(document, "lines")}


def _name(names: Mapping[int, str], key: Key) -> str:
    return names.get(key[0], f"campaign {key[0]}")
