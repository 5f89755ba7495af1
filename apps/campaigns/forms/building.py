"""Forms of the rule builder: one part of the draft, a button of its list, and what was removed put back."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.campaigns.builder.conditions import Condition
from apps.campaigns.builder.membership import MembershipPart
from apps.campaigns.builder.named import part_named
from apps.campaigns.builder.parts import Part, RulePart, UnknownPart, place_of
from apps.campaigns.builder.places import changed
from apps.campaigns.definition import BadDefinition, Problem
from apps.campaigns.definition.document import Document
from apps.campaigns.forms.drafts import DraftForm
from apps.campaigns.forms.routing import DEEDS as MOVES
from apps.campaigns.models import Campaign
from apps.ingress.rules.parse import RULES_MAX

NAME_MAX_CHARS = 80
SAVE = "save"
GONE = "This is not in the draft any more: somebody has removed it meanwhile."
WHERE = {"rule": "rules", "destination": "destinations"}
LABELS = {
    "name": "Name",
    "url": "Address",
    "when": "Condition",
    "starts_at": "From",
    "ends_at": "Until",
    "caps": "Caps",
    "limit": "Cap",
    "to": "Destinations",
    "weight": "Weight",
    "fallback": "Destinations",
    "zone": "Time zone",
    "named": "Parameters",
    "as": "New name",
}
REMOVED_MAX_CHARS = 1_000_000
TOO_LARGE = f"A rule has at most {RULES_MAX} conditions and groups. Make two rules of it."
BAD_CHANGE = "This button is not known. Open the page again."


class PartForm(DraftForm):
    """One part of the draft. Sent with another button than SAVE it is only drawn anew: `deed` says what is to change in it."""

    def __init__(self, data: Any = None, *, campaign: Campaign, user: User, slug: str) -> None:
        """Errors: UnknownPart."""
        super().__init__(data, campaign=campaign, user=user)
        self.slug = slug
        kind, number = part_named(slug)
        before = kind.of(campaign.draft, number)
        self.part: Part = before if data is None else kind.read(data, campaign.draft, number)
        self.problems: tuple[Problem, ...] = ()

    def change(self, deed: str) -> None:
        """`add:0.1` and the like change the shape of the part's condition; any other word leaves it."""
        if isinstance(self.part, RulePart | MembershipPart):
            when, trouble = reshaped(self.part.when, deed)
            if trouble:
                self.add_error(None, trouble)
            self.part = self.part.with_condition(when, self.campaign.draft["zone"])

    def write(self) -> None:
        try:
            super().write()
        except UnknownPart as error:
            raise ValidationError(GONE, code="gone") from error
        except BadDefinition as error:
            at = self.part.pointer(self.campaign.draft)
            self.problems = tuple(each._replace(pointer=each.pointer.removeprefix(at)) for each in error.problems)
            raise BadDefinition(each._replace(detail=located(each)) for each in self.problems) from error

    def written(self, draft: Document) -> Document:
        return self.part.put(draft)


def reshaped(when: Condition, deed: str) -> tuple[Condition, str]:
    """With the deed of a button done, such as `add:0.1`; as it was, and a sentence why, where that makes too much of it."""
    word, _, at = deed.partition(":")
    new = changed(when, word, at)
    return (when, TOO_LARGE) if new.size > max(RULES_MAX, when.size) else (new, "")


def located(problem: Problem) -> str:
    """The sentence with the label of the field it is about."""
    labels = [LABELS[token] for token in problem.pointer.split("/") if token in LABELS]
    return f"{labels[-1]}: {problem.detail}" if labels else problem.detail


class ListChange(DraftForm):
    """A button of the lists: `up:rule-3`. `removed` is what it took away, for who wants it back."""

    change = forms.RegexField(
        r"^(up|down|copy|pause|resume|remove):(rule|destination)-[0-9]{1,7}$",
        error_messages={"required": BAD_CHANGE, "invalid": BAD_CHANGE},
    )
    removed = ""
    said = ""

    def written(self, draft: Document) -> Document:
        deed, _, slug = self.cleaned_data["change"].partition(":")
        kind, _, number = slug.partition("-")
        where = WHERE[kind]
        try:
            place = place_of(draft, where, int(number))
        except UnknownPart as error:
            raise ValidationError(GONE, code="gone") from error
        parts = list(draft[where])
        name = parts[place]["name"]
        if deed == "remove":
            self._refuse_if_used(draft, where, parts[place])
            self.removed = json.dumps({"where": where, "place": place, "part": parts.pop(place)})
            self.said = f"The {kind} “{name}” is removed."
        elif deed == "copy":
            copy = {**parts[place], "id": draft["next_id"], "name": f"Copy of {name}"[:NAME_MAX_CHARS]}
            parts.insert(place + 1, copy)
            return {**draft, where: parts, "next_id": draft["next_id"] + 1}
        elif deed in ("pause", "resume"):
            parts[place] = {**parts[place], "paused": deed == "pause"}
        else:
            MOVES[deed](parts, place)
        return {**draft, where: parts}

    def _refuse_if_used(self, draft: Document, where: str, part: Document) -> None:
        users = [(f"The rule “{rule['name']}” leads", rule["to"]) for rule in draft["rules"]]
        for who, shares in (*users, ("The fallback leads", draft["fallback"])) if where == "destinations" else ():
            if part["id"] in (share["destination"] for share in shares):
                raise ValidationError(f"{who} to “{part['name']}”: change that first.", code="in_use")


class Undo(DraftForm):
    """What a button took away, back in its place."""

    removed = forms.JSONField(
        max_length=REMOVED_MAX_CHARS, error_messages={"required": BAD_CHANGE, "invalid": BAD_CHANGE}
    )

    def clean_removed(self) -> Any:
        match self.cleaned_data["removed"]:
            case {"where": "rules" | "destinations", "place": int(place), "part": {"id": int()}} as removed if (
                0 <= place <= 1_000
            ):
                return removed
        raise ValidationError(BAD_CHANGE, code="invalid")

    def written(self, draft: Document) -> Document:
        removed = self.cleaned_data["removed"]
        parts = list(draft[removed["where"]])
        parts.insert(removed["place"], removed["part"])
        return {**draft, removed["where"]: parts}
