"""The ledger in plain Python: each event has layers, one for each run that named it; the newest that stands is its label."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from apps.attribution.models import Policy
from apps.ingress.event import Event

Labels = dict[int, str]


@dataclass
class Model:
    events: list[Event] = field(default_factory=list)
    layers: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    fallen: set[int] = field(default_factory=set)
    # What each run is about in the end, and whether reverting it lets that fall or sets it up.
    runs: list[tuple[int, bool]] = field(default_factory=list)
    editions: list[Labels] = field(default_factory=lambda: [{}])

    @property
    def labels(self) -> Labels:
        standing = {
            event_id: [name for run, name in layers if run not in self.fallen]
            for event_id, layers in self.layers.items()
        }
        return {event_id: names[-1] for event_id, names in standing.items() if names}

    def apply(self, name: str, policy: Policy, fits: Callable[[Event], bool]) -> None:
        run, labels = len(self.runs), self.labels
        for event in filter(fits, self.events):
            label = labels.get(event.event_id)
            if label is None or (policy == Policy.OVERRIDE and label != name):
                self.layers.setdefault(event.event_id, []).append((run, name))
        self.runs.append((run, True))
        self.editions.append(self.labels)

    def revert(self, place: int) -> None:
        run, falls = self.runs[place]
        (self.fallen.add if falls else self.fallen.discard)(run)
        self.runs.append((run, not falls))
        self.editions.append(self.labels)

    def hourly(self, edition: int = -1) -> Counter[str]:
        return Counter(self.editions[edition].values())
