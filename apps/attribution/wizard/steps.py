"""The steps of the wizard, in order. Each is an address and a form; the draft remembers everything."""

from enum import StrEnum


class Step(StrEnum):
    """The value stands in the address."""

    RANGE = "range"
    CONDITIONS = "conditions"
    PREVIEW = "preview"
    POLICY = "policy"
    NAME = "name"
    CONFIRM = "confirm"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def template(self) -> str:
        return f"attribution/wizard/{self}.html"

    @property
    def next(self) -> "Step | None":
        return ORDER[place + 1] if (place := ORDER.index(self)) + 1 < len(ORDER) else None

    @property
    def previous(self) -> "Step | None":
        return ORDER[place - 1] if (place := ORDER.index(self)) else None


ORDER = tuple(Step)
LABELS = {
    Step.RANGE: "Days",
    Step.CONDITIONS: "Conditions",
    Step.PREVIEW: "Preview",
    Step.POLICY: "Policy",
    Step.NAME: "Campaign",
    Step.CONFIRM: "Confirm",
}
