"""A campaign is published again and again while its publisher or a store dies. Each click is decided by one version, whole."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from apps.ingress import routes
from apps.ingress.snowflake import SealedIds
from stack.child import Child
from tests.faults.harness import World, a_run, hanging, nothing_is_lost_or_twice, outage
from tests.faults.ingress import Ingress
from tests.faults.versions import CAMPAIGN, RULED, Watching
from tests.faults.waiting import until

pytestmark = pytest.mark.faults

FOUND = """
from apps.campaigns.models import Campaign
from tests.faults.versions import CAMPAIGN, found
Campaign.objects.filter(key=CAMPAIGN).exists() or found()
"""
PUBLISH = "from tests.faults.versions import publish_for_ever; publish_for_ever()"
NEWEST = "from tests.faults.versions import newest; print(newest())"
# Stored clicks of which some part is of another version than they name: see versions.py for its three ids.
MIXED = """
SELECT event_id, routed_version, rule_id, destination_id, destination FROM events WHERE query = 'run={run}' AND NOT (
    reason = if(link_key = '{ruled}', 'rule', 'fallback') AND propensity = 1
    AND rule_id = if(link_key = '{ruled}', routed_version * 3 + 2, 0)
    AND destination_id = routed_version * 3 + (link_key != '{ruled}')
    AND startsWith(destination, concat('https://shop.example/v', toString(routed_version), '/', toString(destination_id), '?'))
    AND endsWith(destination, concat('&v', toString(routed_version), '={run}')))
"""


class Visitors:
    """Clicks on both links of the campaign."""

    def __init__(self, ingress: Ingress, run: str) -> None:
        self.loads = [
            Watching(ingress.port, f"/in/{key}?run={run}", key=ingress.world.click_key, clicks=100_000, per_second=300)
            for key in (CAMPAIGN, RULED)
        ]

    @property
    def received(self) -> set[int]:
        return self.loads[0].received | self.loads[1].received

    @property
    def versions(self) -> set[int]:
        return set(self.loads[0].versions) | set(self.loads[1].versions)

    def see(self, more: int) -> None:
        """Wait until so many versions were seen that were not before."""
        target = len(self.versions) + more
        until(lambda: len(self.versions) >= target, saw=lambda: [load.seen for load in self.loads])

    def go_on(self) -> None:
        for load in self.loads:
            load.goes_on(200)


@pytest.fixture
def publisher(world: World, ingress: Ingress) -> Iterator[Child]:
    """A process that publishes version after version, of a campaign that is in force everywhere."""
    world.shell(FOUND)
    ingress.follows()
    ingress.mirrors(routes.MIRROR, f'"link:{RULED}"')
    child = world.process("publisher", ["django", "shell", "--no-imports", "-v", "0", "-c", PUBLISH])
    child.start()
    yield child
    child.kill()


@contextmanager
def clicking(ingress: Ingress, run: str) -> Iterator[Visitors]:
    visitors = Visitors(ingress, run)
    with ExitStack() as stack:
        for load in visitors.loads:
            stack.enter_context(load)
        yield visitors


def celery_is_up(world: World) -> None:
    """Its supervisor's part: Redis killed under an unacknowledged message may end it (kombu of 2026-11-23)."""
    if not world.celery.alive:
        world.celery.start()


def no_click_was_mixed(ingress: Ingress, run: str, visitors: Visitors) -> None:
    """Neither as its visitor saw it nor as it was stored."""
    assert [load.mixed[:3] for load in visitors.loads] == [[], []]
    assert {status for load in visitors.loads for status in load.statuses} == {302}
    celery_is_up(ingress.world)
    nothing_is_lost_or_twice(ingress, run, visitors.received)
    assert ingress.world.ask(MIXED.format(run=run, ruled=RULED)) == []


def newest_comes_into_force(world: World, visitors: Visitors) -> None:
    """What was committed last, though its publisher may have died before it told anybody."""
    newest = int(world.shell(NEWEST))
    celery_is_up(world)
    world.publish_routes()
    until(lambda: max(visitors.versions) >= newest, saw=lambda: f"{max(visitors.versions)} of {newest}")
    assert max(visitors.versions) == newest


@pytest.mark.parametrize(
    ("address", "is_mixed"),
    [("v2/6?{click}&v2=r", False), ("v2/7?{click}&v2=r", False)]
    + [(address, True) for address in ("v2/6?{click}&v3=r", "v2/9?{click}&v2=r", "v3/6?{click}&v3=r", "v2/6?{click}")],
)
def test_an_answer_that_is_of_two_versions_is_noticed(address: str, is_mixed: bool) -> None:
    click = f"trl_click={SealedIds(b'key', b'click').seal(5)}"
    load = Watching(0, "", key="key", clicks=0)

    load._note(f"HTTP/1.1 302 Found\r\nLocation: https://shop.example/{address.format(click=click)}\r\n\r\n".encode())

    assert bool(load.mixed) is is_mixed


def test_a_publisher_that_is_killed_again_and_again_leaves_one_version_or_the_next(
    world: World, ingress: Ingress, publisher: Child
) -> None:
    with clicking(ingress, run := a_run()) as visitors:
        for _ in range(4):
            visitors.see(3)
            publisher.kill()
            visitors.go_on()
            publisher.start()
        visitors.see(1)
        publisher.kill()
        newest_comes_into_force(world, visitors)

    no_click_was_mixed(ingress, run, visitors)


def test_without_postgresql_the_version_that_was_published_goes_on(
    world: World, ingress: Ingress, publisher: Child
) -> None:
    with clicking(ingress, run := a_run()) as visitors:
        visitors.see(3)
        outage(world.stack.postgresql)
        visitors.go_on()
        world.stack.postgresql.start()
        publisher.kill()
        newest_comes_into_force(world, visitors)

    no_click_was_mixed(ingress, run, visitors)


def test_a_redis_killed_while_campaigns_are_published_serves_whole_versions(
    world: World, ingress: Ingress, publisher: Child
) -> None:
    with clicking(ingress, run := a_run()) as visitors:
        for _ in range(2):
            visitors.see(3)
            outage(world.stack.redis)
            visitors.go_on()
            world.stack.redis.start()
        visitors.see(2)
        publisher.kill()
        newest_comes_into_force(world, visitors)

    no_click_was_mixed(ingress, run, visitors)


def test_a_redis_flushed_while_campaigns_are_published_serves_whole_versions(
    world: World, ingress: Ingress, publisher: Child
) -> None:
    with clicking(ingress, run := a_run()) as visitors:
        for _ in range(2):
            visitors.see(3)
            world.redis.flushall()
            visitors.go_on()
            world.publish_routes()
        visitors.see(2)
        publisher.kill()
        newest_comes_into_force(world, visitors)

    no_click_was_mixed(ingress, run, visitors)


def test_a_redis_that_hangs_while_campaigns_are_published_serves_whole_versions(
    world: World, ingress: Ingress, publisher: Child
) -> None:
    with clicking(ingress, run := a_run()) as visitors:
        visitors.see(3)
        with hanging(world.stack.redis):
            visitors.go_on()
        visitors.see(2)
        publisher.kill()
        newest_comes_into_force(world, visitors)

    no_click_was_mixed(ingress, run, visitors)


def test_workers_that_start_without_stores_serve_a_whole_version_from_the_mirrored_file(
    world: World, ingress: Ingress, publisher: Child
) -> None:
    with clicking(ingress, a_run()) as before:
        before.see(3)
    publisher.kill()
    ingress.child.kill()
    for store in (world.stack.redis, world.stack.postgresql):
        outage(store)

    ingress.start()
    with clicking(ingress, run := a_run()) as visitors:
        visitors.go_on()
    for store in (world.stack.redis, world.stack.postgresql):
        store.start()

    assert len(visitors.versions) == 1
    no_click_was_mixed(ingress, run, visitors)
