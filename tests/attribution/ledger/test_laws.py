"""Whatever is applied, reverted, retried, cancelled and killed in whatever order: the ledger says what the model says.

They are the same sequences each time. Before a release, `LEDGERS_TRIED=1000 ./dev test tests/attribution/ledger/test_laws.py` tries
as many other ones.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.attribution.ledger import chunks, numbers, reverting, running
from apps.attribution.ledger.checking import violations
from apps.attribution.ledger.orders import apply_now, revert_now
from apps.attribution.ledger.preview import Preview, preview
from apps.attribution.live import publishing
from apps.attribution.models import Policy, Run
from apps.ingress.event import Event
from apps.ingress.rules import Term, compiled, holds
from apps.ingress.warehouse.connection import client
from tests.attribution.ledger.make import A_DAY, MONDAY, Ledger
from tests.attribution.ledger.model import Model
from tests.attribution.ledger.workers import Worker

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

TRIED = int(os.environ.get("LEDGERS_TRIED") or 0)
SEQUENCES = settings(
    max_examples=TRIED or 24,
    derandomize=not TRIED,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
NAMES = ("Spring", "Summer", "Осень 冬")
WORDS = ("скидки", "春", "")
DAYS = 3
# So few that a run has several chunks, of more than one day some, and days of more than one part.
CHUNK_ENTRIES = 3
# Few words, days and campaigns, so that runs come to lie on one another.
RULES = [frozenset(WORDS[:1]), frozenset(WORDS[1:2]), frozenset(WORDS[:2])]
SPANS = [(0, DAYS), (0, DAYS), (0, DAYS - 1), (1, DAYS)]


@dataclass(frozen=True)
class Click:
    word: str
    day: int

    def arrive(self, ledger: Ledger) -> Event:
        at = MONDAY + self.day * A_DAY + timedelta(hours=5)
        return ledger.arrives(at, utm_campaign=self.word, country="DE")


@dataclass(frozen=True)
class Apply:
    campaign: int
    words: frozenset[str]
    days: tuple[int, int]
    policy: Policy
    goes_live: bool
    trouble: str
    late: Click | None


@dataclass(frozen=True)
class Revert:
    run: int
    trouble: str


CLICKS = st.builds(Click, st.sampled_from(WORDS), st.integers(0, DAYS - 1))
TROUBLES = st.sampled_from(["", "", "", "", "twice", "half", "crash", "cancel", "fail"])
APPLIES = st.builds(
    Apply,
    st.integers(0, len(NAMES) - 1),
    st.sampled_from(RULES),
    st.sampled_from(SPANS),
    st.sampled_from([Policy.OVERRIDE, Policy.OVERRIDE, Policy.FILL]),
    st.booleans(),
    TROUBLES,
    st.none() | CLICKS,
)
REVERTS = st.builds(Revert, st.integers(0, 9), TROUBLES)
STEPS = st.tuples(
    st.lists(APPLIES, min_size=2, max_size=4),
    st.lists(st.one_of(CLICKS, APPLIES, REVERTS, REVERTS), min_size=3, max_size=8),
).map(lambda lists: [*lists[0], *lists[1]])


@pytest.fixture(autouse=True)
def labels_are_settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STORED_AFTER", timedelta(0))
    monkeypatch.setattr(publishing, "SETTLED_AFTER", timedelta(0))


class Both:
    """The ledger and its model, taken through the same steps."""

    def __init__(self) -> None:
        self.ledger, self.model = Ledger(*NAMES), Model()
        self.done: list[Run] = []

    def take(self, step: Click | Apply | Revert) -> None:
        self._publish()
        match step:
            case Click():
                self._arrive(step)
            case Apply():
                self._apply(step)
            case Revert() if self.done:
                self._revert(step)

    def _publish(self) -> None:
        """As the beat does, every few seconds."""
        organization_id = self.ledger.organization.pk
        publishing.bring_into_force(organization_id, timezone.now())
        self.model.remember(numbers.newest(organization_id))

    def _arrive(self, click: Click) -> Event:
        event = click.arrive(self.ledger)
        self.model.arrive(event)
        self.model.remember(numbers.newest(self.ledger.organization.pk))
        return event

    def _apply(self, step: Apply) -> None:
        campaign = self.ledger.campaigns[step.campaign]
        rule = Term("utm_campaign", "in", tuple(sorted(step.words)))
        start, end = (MONDAY + day * A_DAY for day in step.days)
        order = apply_now(campaign, rule, start, end, policy=step.policy, now=timezone.now())
        span = (start, end)
        run = self.ledger.planned(rule, campaign=campaign, span=span, policy=step.policy, goes_live=step.goes_live)
        known = list(self.model.events)
        late = [step.late] if step.late else []
        if not self._run(run, step.trouble, preview(order), late):
            return
        fits = {event.event_id for event in known if start <= event.happened_at < end and holds(rule, event)}
        place = self.model.apply(campaign.name, step.policy, lambda event: event.event_id in fits)
        self._remember(run)
        if step.goes_live:
            since = self.model.events[len(known) :]
            self.model.go_live(place, step.campaign, campaign.name, compiled(rule), since)
            self._remember(self.ledger.caught_up(run))

    def _remember(self, run: Run) -> None:
        if run.state == Run.State.DONE:
            assert run.number
            self.model.remember(run.number)

    def _revert(self, step: Revert) -> None:
        place = step.run % len(self.done)
        run = self.done[place]
        if self._run(reverting.plan(run, now=timezone.now()), step.trouble, preview(revert_now(run))):
            self.model.revert(place)
            self._remember(run.reverted_by.latest("pk"))

    def _run(self, run: Run, trouble: str, foreseen: Preview, late: list[Click] | None = None) -> bool:
        """Whether the run came to something."""
        worker = Worker(run)
        for click in late or ():
            self._arrive(click)
        {
            "twice": worker.write_every_chunk_twice,
            "half": worker.write_half_of_each_chunk,
            "crash": worker.write_a_chunk,
            "cancel": worker.write_a_chunk,
            "fail": worker.write_half_of_each_chunk,
        }.get(trouble, list)()
        assert self.ledger.labels() == self.model.labels, "nothing shows of a run that is not done"
        if trouble in ("cancel", "fail"):
            (worker.cancel if trouble == "cancel" else worker.fail)()
            assert not run.is_open
            return False
        worker.finish()
        assert run.counts == foreseen.counts, "the preview is the result"
        self.done.append(run)
        return True


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ENTRIES", CHUNK_ENTRIES)


@SEQUENCES
@given(clicks=st.lists(CLICKS, min_size=3, max_size=8), steps=STEPS)
def test_the_ledger_keeps_its_laws(clicks: list[Click], steps: list[Any]) -> None:
    both = Both()
    ledger, model = both.ledger, both.model
    for click in clicks:
        both.take(click)
    bystander = Ledger("Spring")
    theirs = bystander.click(utm_campaign=WORDS[0])

    for step in steps:
        both.take(step)

    before = raw(ledger)
    assert ledger.labels() == model.labels
    assert {number: ledger.labels(number) for number in model.as_of} == model.as_of
    assert {number: ledger.hourly(number) for number in model.as_of} == {
        number: model.hourly(number) for number in model.as_of
    }
    assert violations(ledger.organization.pk) == []
    assert bystander.labels() == {}
    assert raw(ledger) == before
    assert len(ledger.labels()) <= len(model.events)
    assert theirs.event_id not in ledger.labels()


def raw(ledger: Ledger) -> Any:
    """Of all that arrived: how many, and a fingerprint."""
    sql = f"SELECT count(), sum(cityHash64(*)) FROM events WHERE organization_id = {ledger.organization.pk}"
    return client().execute(sql)
