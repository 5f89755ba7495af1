"""The ledger in plain Python: each event has layers, one for each run that named it; the newest that stands is its label."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from apps.attribution.models import Policy
from apps.ingress.event import Event

Labels = dict[int, str]
Fits = Callable[[Event], bool]


@dataclass
class Live:
    """A rule for what comes: of `run`, for the campaign `name`, whose place among the campaigns is `place`."""

    place: int
    run: int
    name: str
    fits: Fits


@dataclass
class Model:
    events: list[Event] = field(default_factory=list)
    layers: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    fallen: set[int] = field(default_factory=set)
    # What each run is about in the end, and whether reverting it lets that fall or sets it up.
    runs: list[tuple[int, bool]] = field(default_factory=list)
    live: list[Live] = field(default_factory=list)
    # As of each edition: the labels there were when the next one came.
    as_of: dict[int, Labels] = field(default_factory=dict)

    @property
    def labels(self) -> Labels:
        standing = {
            event_id: [name for run, name in layers if run not in self.fallen]
            for event_id, layers in self.layers.items()
        }
        return {event_id: names[-1] for event_id, names in standing.items() if names}

    def arrive(self, event: Event) -> None:
        """A new click: the first rule that fits names it, campaigns in their order and runs in theirs."""
        self.events.append(event)
        for live in sorted(self.live, key=lambda one: (one.place, one.run)):
            if live.fits(event):
                self.layers.setdefault(event.event_id, []).append((live.run, live.name))
                return

    def apply(self, name: str, policy: Policy, fits: Fits) -> int:
        """Which run this was."""
        run, labels = len(self.runs), self.labels
        for event in filter(fits, self.events):
            label = labels.get(event.event_id)
            if label is None or (policy == Policy.OVERRIDE and label != name):
                self.layers.setdefault(event.event_id, []).append((run, name))
        self.runs.append((run, True))
        return run

    def go_live(self, run: int, place: int, name: str, fits: Fits, late: list[Event]) -> None:
        """What came while the run was made is caught up with, if nobody has it; from now on its rule names what comes."""
        labels = self.labels
        for event in late:
            if fits(event) and event.event_id not in labels:
                self.layers.setdefault(event.event_id, []).append((run, name))
        self.live.append(Live(place, run, name, fits))

    def revert(self, place: int) -> None:
        run, falls = self.runs[place]
        (self.fallen.add if falls else self.fallen.discard)(run)
        self.live = [live for live in self.live if live.run != run]
        self.runs.append((run, not falls))

    def remember(self, edition: int) -> None:
        self.as_of[edition] = self.labels

    def hourly(self, edition: int) -> Counter[str]:
        return Counter(self.as_of[edition].values())
