"""kill -9 in the middle of a job: what is missing is done by the next worker, and nothing else changes."""

from itertools import count
from typing import Any

import psycopg
import pytest

from tests.faults.harness import World, beating
from tests.faults.waiting import until

pytestmark = pytest.mark.faults

EVENTS = 240_000
_organizations = count(70_001)
# So many different agents a day that a chunk is a few days.
MAKE = """
INSERT INTO events (organization_id, event_id, happened_at, method, user_agent, query, origin, kind)
SELECT {organization}, 1 + number, toDateTime64('2026-01-05 00:00:00', 3, 'UTC') + number * 4, 'GET',
       concat('curl/', toString(number)), concat('n=', toString(number)), 'live', 'human'
FROM numbers({events})
"""
START = """
from datetime import UTC, datetime
from apps.ingress import reenrich
print(reenrich.start("kind", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), organization_id={organization}).pk)
"""
LOOK = """
SELECT status, done, error, (SELECT count(*) FROM ingress_changedhours WHERE job_id = ingress_job.id AND NOT is_settled)
FROM ingress_job WHERE id = %s
"""
# What the beat does when nothing was heard of the job for a while.
REVIVE = """
from datetime import timedelta
from django.utils import timezone
from apps.ingress import jobs
print(jobs.revive(timezone.now() + timedelta(minutes=2)))
"""
RAW = """
SELECT count(), uniqExact(event_id), sum(sipHash64(event_id, happened_at, method, user_agent, query, origin, parameters, headers))
FROM events WHERE organization_id = {organization}
"""
MADE = "SELECT countIf(kind = 'bot' AND kind_version > 0) FROM events WHERE organization_id = {organization}"


class History:
    """An organization whose events have the kind of an old version, and the job that mends it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.organization = next(_organizations)
        world.ask(MAKE.format(organization=self.organization, events=EVENTS))
        self.before = self.raw()
        self.job = int(world.shell(START.format(organization=self.organization)).split()[-1])

    def raw(self) -> list[list[str]]:
        return self.world.ask(RAW.format(organization=self.organization))

    def look(self) -> tuple[Any, ...]:
        """Without a Django of its own, which takes longer to start than a part of the job."""
        with psycopg.connect(self.world.environment["DATABASE_URL"]) as connection:
            (row,) = connection.execute(LOOK, [self.job]).fetchall()
            return row

    def goes_on(self) -> bool:
        status, done, error, _ = self.look()
        assert status not in ("done", "failed"), f"{status} before it could be killed: {error}"
        return bool(done)

    def is_done(self) -> bool:
        status, _, error, _ = self.look()
        assert status != "failed", error
        return bool(status == "done")


@pytest.fixture
def history(world: World) -> History:
    return History(world)


def finishes(history: History) -> None:
    """Wait until the job is done; one that has met a store that was away is sent again meanwhile."""
    with beating(history.world, "apps.ingress.tasks.revive_jobs"):
        until(history.is_done, saw=history.look)


def everything_is_made(history: History) -> None:
    assert history.world.ask(MADE.format(organization=history.organization)) == [[str(EVENTS)]]
    assert history.raw() == history.before
    assert history.look()[3] == 0, "hours that changed were left unsettled"


def test_a_killed_worker_s_job_is_finished_by_the_next(world: World, history: History) -> None:
    until(history.goes_on, saw=history.look)
    world.celery.kill()
    world.celery.start()

    world.shell(REVIVE)

    finishes(history)
    everything_is_made(history)


def test_a_job_waits_for_a_killed_clickhouse(world: World, history: History) -> None:
    until(history.goes_on, saw=history.look)
    world.stack.clickhouse.kill()
    until(lambda: history.look()[2] != "")
    world.stack.clickhouse.start()

    world.shell(REVIVE)

    finishes(history)
    everything_is_made(history)
