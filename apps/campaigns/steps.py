"""The steps of the wizard, in order. Each is an address and a form; the draft of the campaign remembers everything."""

from enum import StrEnum


class Step(StrEnum):
    """The value stands in the address."""

    BASICS = "basics"
    DESTINATIONS = "destinations"
    RULES = "rules"
    LINK = "link"
    TEST = "test"
    LIVE = "live"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def template(self) -> str:
        return f"campaigns/wizard/{self}.html"

    @property
    def next(self) -> "Step | None":
        return ORDER[place + 1] if (place := ORDER.index(self)) + 1 < len(ORDER) else None

    @property
    def previous(self) -> "Step | None":
        return ORDER[place - 1] if (place := ORDER.index(self)) else None


ORDER = tuple(Step)
LABELS = {
    Step.BASICS: "Basics",
    Step.DESTINATIONS: "Destinations",
    Step.RULES: "Rules",
    Step.LINK: "Tracking link",
    Step.TEST: "Test click",
    Step.LIVE: "Go live",
}
