"""Which traffic is the campaign's: what its links routed, or the clicks of which a condition holds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from apps.campaigns.builder.conditions import ALL, Condition
from apps.campaigns.builder.parts import Data, Document

BY_RULE, BY_LINKS = "rule", "links"


@dataclass(frozen=True)
class MembershipPart:
    """What is typed into the condition counts `by` rule only, and is not lost while somebody looks at the other choice."""

    template: ClassVar[str] = "campaigns/builder/_membership_form.html"
    title: ClassVar[str] = "Which traffic is the campaign’s"
    condition_at: ClassVar[str] = ""

    by: str
    when: Condition

    @classmethod
    def of(cls, draft: Document, number: int) -> "MembershipPart":
        if draft["membership"] is None:
            return cls(BY_LINKS, Condition(ALL, parts=(Condition(),)))
        return cls(BY_RULE, Condition.root(draft["membership"]))

    @classmethod
    def read(cls, data: Data, draft: Document, number: int) -> "MembershipPart":
        return cls(BY_RULE if data.get("by") == BY_RULE else BY_LINKS, Condition.read(data, "when"))

    def pairs(self) -> Iterator[tuple[str, str]]:
        yield "by", self.by
        yield from self.when.pairs("when")

    def put(self, draft: Document) -> Document:
        return {**draft, "membership": self.when.document() if self.by == BY_RULE else None}

    def with_condition(self, when: Condition, zone: str) -> "MembershipPart":
        return replace(self, when=when.settled(zone))

    def pointer(self, draft: Document) -> str:
        return "/membership"
