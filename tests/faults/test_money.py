"""What postbacks say is counted once and ends right, whatever is killed between the door and the reports."""

import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from tests.faults.harness import World, a_run, beating, outage
from tests.faults.waiting import until

pytestmark = pytest.mark.faults

CONVERSIONS = 120
BEATS = ("apps.attribution.tasks.book_postbacks", "apps.attribution.tasks.match_orphans")
FOUNDING = """
from apps.accounts.models import Organization
from apps.attribution.models import Network
from apps.attribution.publish import publish_networks
network = Network.found(Organization.objects.get(key="acme"), "{}", "generic")
publish_networks()
print(network.key, network.pk)
"""
BOOKS = """
SELECT sum(conversions), sum(sales), sum(rejected), sum(revenue), sum(pending),
       uniqExact(conversion_id), uniqExact(conversion_id, change) = count()
FROM conversions WHERE network_id = {}
"""
# What is told of each in turn, one round after the other, and what it comes to: conversions, sales, rejected, revenue, pending.
COURSES = (
    (("lead", "sale", "sale"), (1, 1, 0, 10, 0)),
    (("sale", "lead", "lead"), (1, 1, 0, 10, 0)),
    (("sale", "rejected", "lead"), (0, 0, 1, 0, 0)),
    (("rejected", "sale", "sale"), (1, 1, 0, 10, 0)),
    (("lead", "lead", "lead"), (1, 0, 0, 0, 10)),
)


class Shop:
    """A network of its own, that tells of conversions round by round."""

    def __init__(self, world: World) -> None:
        self.world, self.run = world, a_run()
        key, number = world.shell(FOUNDING.format(self.run)).split()[-2:]
        self.address = f"http://127.0.0.1:{world.ingress.port}/postback/{key}"
        self.number = int(number)
        world.ingress.follows()

    def tells(self, number_of_round: int) -> None:
        """One postback of every conversion, all answered 200."""
        for number in range(CONVERSIONS):
            status = COURSES[number % len(COURSES)][0][number_of_round]
            assert self._answer(str(number), status) == 200

    def booked(self) -> list[str]:
        """The sums in the reports; the last two are how many conversions there are, and whether no row is there twice."""
        return self.world.ask(BOOKS.format(self.number))[0]

    def _answer(self, txid: str, status: str) -> int:
        said = urlencode({"txid": f"{self.run}-{txid}", "status": status, "payout": "10", "currency": "EUR"})
        with suppress(urllib.error.HTTPError), urllib.request.urlopen(f"{self.address}?{said}", timeout=20) as answer:
            return int(answer.status)
        return 0


def expected() -> list[str]:
    sums = [sum(COURSES[number % len(COURSES)][1][place] for number in range(CONVERSIONS)) for place in range(5)]
    return [*(str(Decimal(one)) for one in sums), str(CONVERSIONS), "1"]


def killed_celery(world: World) -> None:
    world.kill_pool()
    time.sleep(0.5)
    world.celery.kill()
    time.sleep(0.5)
    world.celery.start()


def killed_clickhouse(world: World) -> None:
    outage(world.stack.clickhouse)
    time.sleep(1)
    world.stack.clickhouse.start()


def killed_postgresql(world: World) -> None:
    outage(world.stack.postgresql)
    time.sleep(1)
    world.stack.postgresql.start()


@pytest.mark.parametrize("killed", [killed_celery, killed_clickhouse, killed_postgresql])
def test_money_is_counted_once_and_ends_right(world: World, killed: Callable[[World], None]) -> None:
    shop = Shop(world)

    with beating(world, *BEATS):
        for number_of_round in range(3):
            shop.tells(number_of_round)
            killed(world)
        world.heal()
        until(lambda: shop.booked() == expected(), saw=lambda: f"{shop.booked()} of {expected()}")
        time.sleep(3)

    assert shop.booked() == expected()
