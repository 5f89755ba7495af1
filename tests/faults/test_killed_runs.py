"""kill -9 in the middle of a run over history: nothing shows until all of it is there, and then each click has one label."""

from itertools import count
from typing import Any

import psycopg
import pytest

from tests.faults.harness import World, beating
from tests.faults.waiting import until

pytestmark = pytest.mark.faults

EVENTS, DAYS = 180_000, 2_600
_organizations = count(80_001)
# Half of them are the campaign's; many months, as each is a chunk of its own, so that there is much to be killed in.
MAKE = """
INSERT INTO events (organization_id, event_id, happened_at, stored_at, method, source, query, origin, kind)
SELECT {organization}, 1 + number, toDateTime64('2019-01-05 00:00:00', 3, 'UTC') + intDiv(number * 86400 * {days}, {events}),
       '2026-06-01', 'GET', if(number % 2, 'partner', 'newsletter'), concat('n=', toString(number)), 'live', 'human'
FROM numbers({events})
"""
START = """
from datetime import UTC, datetime
from django.utils import timezone
from apps.accounts.models import Organization
from apps.attribution.ledger import applying, running
from apps.attribution.ledger.applying import InForce
from apps.attribution.models import Policy
from apps.campaigns import editing
from apps.ingress.rules import Term
organization = Organization.objects.create(id={organization}, key="runs-{organization}", name="Runs")
campaign = editing.new_campaign(organization, None, "Partner", zone="UTC")
run = applying.plan(
    campaign, InForce(Term("source", "is", "partner")), datetime(2019, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC),
    policy=Policy.FILL, now=timezone.now(),
)
print(running.start(run).pk)
"""
LOOK = """
SELECT job.status, job.done, job.error, run.state FROM ingress_job AS job JOIN attribution_run AS run ON run.job_id = job.id
WHERE job.id = %s
"""
REVIVE = """
from datetime import timedelta
from django.utils import timezone
from apps.ingress import jobs
print(jobs.revive(timezone.now() + timedelta(minutes=2)))
"""
CHECK = """
from apps.attribution.ledger.checking import violations
print("violations", violations({organization}))
"""
# How many events have which sum of signs, and what the hours say.
LABELS = """
SELECT signs, count() FROM (
    SELECT event_id, sum(sign) AS signs FROM attribution_entries WHERE organization_id = {organization} GROUP BY event_id
) GROUP BY signs
"""
HOURS = "SELECT sum(entries) FROM attribution_hourly WHERE organization_id = {organization}"
RAW = "SELECT count(), sum(cityHash64(*)) FROM events WHERE organization_id = {organization}"


class Naming:
    """An organization with a history, and the run that names half of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.organization = next(_organizations)
        world.ask(MAKE.format(organization=self.organization, events=EVENTS, days=DAYS))
        self.before = self.ask(RAW)
        self.job = int(world.shell(START.format(organization=self.organization)).split()[-1])

    def ask(self, sql: str) -> list[list[str]]:
        return self.world.ask(sql.format(organization=self.organization))

    def look(self) -> tuple[Any, ...]:
        with psycopg.connect(self.world.environment["DATABASE_URL"]) as connection:
            (row,) = connection.execute(LOOK, [self.job]).fetchall()
            return row

    def has_written(self) -> bool:
        status, _, error, _ = self.look()
        assert status not in ("done", "failed"), f"{status} before it could be killed: {error}"
        return bool(self.ask(LABELS))

    def is_done(self) -> bool:
        status, _, error, _ = self.look()
        assert status != "failed", error
        return bool(status == "done")


@pytest.fixture
def naming(world: World) -> Naming:
    return Naming(world)


def every_click_is_named_once(naming: Naming) -> None:
    naming.world.shell(REVIVE)
    with beating(naming.world, "apps.ingress.tasks.revive_jobs"):
        until(naming.is_done, saw=naming.look)
    assert naming.look()[3] == "done"
    assert naming.ask(LABELS) == [["1", str(EVENTS // 2)]]
    assert naming.ask(HOURS) == [[str(EVENTS // 2)]]
    assert naming.ask(RAW) == naming.before
    assert "violations []" in naming.world.shell(CHECK.format(organization=naming.organization))


def test_a_killed_worker_s_run_is_finished_by_the_next(world: World, naming: Naming) -> None:
    until(naming.has_written, saw=naming.look)
    world.celery.kill()
    world.celery.start()

    every_click_is_named_once(naming)


def test_a_run_waits_for_a_killed_clickhouse(world: World, naming: Naming) -> None:
    until(naming.has_written, saw=naming.look)
    world.stack.clickhouse.kill()
    until(lambda: naming.look()[2] != "")
    world.stack.clickhouse.start()

    every_click_is_named_once(naming)
