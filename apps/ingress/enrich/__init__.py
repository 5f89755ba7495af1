"""What Trellis adds to an event: a list of pure steps. Wrong or missing data gives an empty field, never a lost event."""

from apps.ingress.enrich.kind import Classified, kind
from apps.ingress.enrich.step import Step
from apps.ingress.event import Event

# Order matters: a step sees what the steps before it found.
STEPS: tuple[Step, ...] = (Step("kind", Classified, kind),)


def enrich(event: Event) -> Event:
    for step in STEPS:
        event = step.applied_to(event)
    return event
