"""A network that sends numbered postbacks at a steady pace, and writes down the number of every one that was answered 200."""

import asyncio
from collections import Counter
from itertools import count

import orjson
import psycopg

from apps.ingress import routes
from apps.ingress.postbacks import read
from tests.faults.harness import World
from tests.faults.ingress import Ingress
from tests.faults.load import ANSWER_LIMIT_S, Load, answer
from tests.ingress.postbacks import a_network_unit

KEY = "faults-network"
SECTION = {f"network:{KEY}": a_network_unit()}


class Postbacks(Load):
    """`received` are the numbers that were answered 200. Every second one is a form. None is sent twice."""

    def __init__(self, ingress: Ingress, run: str, *, number: int = 100_000, per_second: int = 300) -> None:
        super().__init__(ingress.port, "", key="", clicks=number, per_second=per_second)
        self._run_name = run
        self._numbers = count(1)

    async def _click_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._wanted:
            self._asked += 1
            number = next(self._numbers)
            await self._my_turn()
            async with asyncio.timeout(ANSWER_LIMIT_S):
                writer.write(self._postback(number))
                status = int((await answer(reader))[9:12])
            self.statuses[status] += 1
            if status == 200:
                self.received.add(number)

    def _postback(self, number: int) -> bytes:
        said = f"run={self._run_name}&txid={number}"
        if number % 2:
            return f"GET /postback/{KEY}?{said} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        head = f"POST /postback/{KEY} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(said)}\r\n"
        return f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{said}".encode()


def publish_network(world: World, ingress: Ingress) -> None:
    """Put the network in force, and wait until every worker knows it."""
    routes.publish(world.redis, SECTION, section="networks", whole=True)
    ingress.follows()
    ingress.mirrors(routes.MIRROR, KEY)


def stored(world: World, run: str) -> Counter[int]:
    """How often each postback of a run is stored."""
    with psycopg.connect(world.environment["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT line FROM ingress_postback").fetchall()
    said = [read(bytes(line)).parameters for (line,) in rows if orjson.loads(line)["org"]]
    return Counter(int(one["txid"]) for one in said if one.get("run") == run)


def nothing_is_lost_or_twice(ingress: Ingress, run: str, load: Postbacks) -> None:
    """Wait until the spool is empty, then compare number by number."""
    ingress.drains()
    found = stored(ingress.world, run)
    figures = f"postbacks: received {len(load.received)}, stored {len(found)} (sum {found.total()})"
    print(figures)
    assert load.received, "nothing was received"
    assert not load.received - found.keys(), f"{figures}: lost {sorted(load.received - found.keys())[:5]}"
    assert found.total() == len(found), f"{figures}: twice {found.most_common(5)}"
