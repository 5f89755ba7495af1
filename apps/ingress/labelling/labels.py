"""Which campaign has a claim on an event, and why none has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from apps.ingress.event import FIELDS, Event, Unlabelled
from apps.ingress.rules import Rule, Term, compiled

ROUTED = "routed_campaign_id"


class Label(NamedTuple):
    """The last fields of Event. `label_reason` is empty where there is a campaign."""

    label_campaign_id: int
    label_run_id: int
    label_rule_version: int
    label_edition: int
    label_reason: str


FIRST = FIELDS.index(Label._fields[0])


@dataclass(frozen=True)
class Line:
    """A rule that names clicks for a campaign. `run_id` put it in force; 0 is the campaign itself, as of its `version`."""

    campaign_id: int
    rule: Rule
    run_id: int = 0
    version: int = 0


class Labels:
    """The rules of one organization, asked in the order given; what they name is written under `edition`.

    Of most campaigns the rule is "the clicks it routed". Those are looked up at once, so that an organization of ten thousand
    campaigns does not ask ten thousand rules about each click.
    """

    def __init__(
        self, edition: int, lines: Sequence[Line] = (), paused: Sequence[Rule] = (), keys: Iterable[str] = ()
    ) -> None:
        found = [Label(line.campaign_id, line.run_id, line.version, edition, "") for line in lines]
        self._routed: dict[int, tuple[int, Label]] = {}
        self._asked = []
        for place, line in enumerate(lines):
            if routed := routed_by(line.rule):
                self._routed.setdefault(routed, (place, found[place]))
            else:
                self._asked.append((place, compiled(line.rule), found[place]))
        self._nobody = (len(lines), None)
        self._paused_routed = frozenset(filter(None, map(routed_by, paused)))
        self._paused = [compiled(rule) for rule in paused if not routed_by(rule)]
        self._keys = frozenset(keys)
        self._none = {reason: Label(0, 0, 0, edition, reason) for reason in Unlabelled}

    def of(self, event: Event) -> Label:
        last, routed = self._routed.get(event.routed_campaign_id, self._nobody)
        for place, holds, label in self._asked:
            if place > last:
                break
            if holds(event):
                return label
        return routed or self._none[self._reason(event)]

    def _reason(self, event: Event) -> Unlabelled:
        if event.routed_campaign_id in self._paused_routed or any(holds(event) for holds in self._paused):
            return Unlabelled.PAUSED
        if not event.campaign_key:
            return Unlabelled.NO_KEY
        is_known = event.link_id or event.campaign_key in self._keys
        return Unlabelled.NO_RULE if is_known else Unlabelled.UNKNOWN_KEY


def labelled(event: Event, labels: Labels) -> Event:
    return Event._make(event[:FIRST] + labels.of(event))


def routed_by(rule: Rule) -> int:
    """The campaign whose routed clicks the rule asks for, when it asks for nothing else; else 0."""
    match rule:
        case Term(field, "is", int(campaign_id)) if field == ROUTED:
            return campaign_id
    return 0
