"""What Trellis adds to an event: a list of pure steps. Wrong or missing data gives an empty field, never a lost event."""

from collections.abc import Callable

from apps.ingress.enrich.kind import kind
from apps.ingress.event import Event

STEPS: tuple[Callable[[Event], Event], ...] = (kind,)


def enrich(event: Event) -> Event:
    for step in STEPS:
        event = step(event)
    return event
