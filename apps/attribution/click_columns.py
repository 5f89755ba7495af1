"""What a conversion's row copies from its click, so that any rule about events can be asked of conversions too."""

from typing import Any

from apps.ingress.event import FIELDS, Event
from apps.ingress.labelling import Label

# What a conversion says of itself under the same name, and what is too large to keep twice. What its click is called is asked of
# the ledger.
LEFT_OUT = frozenset({"organization_id", "happened_at", "stored_at", "headers", "withheld_headers", "retention_days"})
LEFT_OUT |= {*Label._fields, "privacy"}
CLICK_FIELDS: tuple[str, ...] = tuple(name for name in FIELDS if name not in LEFT_OUT)

# Not the defaults of an event: its method would be GET and its kind a person's, and there was nobody.
_EMPTY: dict[str, Any] = {
    name: "" if isinstance(value, str) else value for name, value in Event._field_defaults.items()
}
NO_CLICK: tuple[Any, ...] = tuple({**_EMPTY, "status": 0}.get(name, 0) for name in CLICK_FIELDS)
"""The values of CLICK_FIELDS where no click is known."""


def of_click(event: Event) -> tuple[Any, ...]:
    """The values of CLICK_FIELDS."""
    return tuple(getattr(event, name) for name in CLICK_FIELDS)
