"""TRELLIS_SPOOL_FSYNC=always: an answer leaves when its line is on disk."""

import pytest

from tests.faults.harness import World, a_run, nothing_is_lost_or_twice
from tests.faults.ingress import KEY, Ingress
from tests.faults.load import Impatient

pytestmark = pytest.mark.faults


def test_group_commit_does_not_stall_on_clients_that_hang_up_before_the_answer(world: World) -> None:
    run = a_run()
    with Ingress(world, TRELLIS_SPOOL_FSYNC="always").running() as ingress:
        with Impatient(ingress.port, f"/in/{KEY}?run={run}") as impatient, ingress.load(run, clicks=2_000) as load:
            load.ends()
        stored = nothing_is_lost_or_twice(ingress, run, load.received)

    print(f"{impatient.asked} connections hung up; {len(stored) - len(load.received)} of their clicks are stored")
    assert load.statuses == {302: 2_000}
    assert impatient.asked > 20


def test_all_of_an_ingress_that_commits_in_groups_killed_under_load_loses_nothing(world: World) -> None:
    run = a_run()
    with Ingress(world, TRELLIS_SPOOL_FSYNC="always").running() as ingress:
        with ingress.load(run, clicks=3_000) as load:
            load.goes_on(700)
            ingress.child.kill()
            ingress.start()
            load.goes_on(300)
        nothing_is_lost_or_twice(ingress, run, load.received)
