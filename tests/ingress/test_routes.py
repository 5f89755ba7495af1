from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from django.conf import settings
from redis import Redis

from apps.ingress import routes
from apps.ingress.routes import Follower
from apps.ingress.routing import RouteTable
from tests.ingress.make import a_link_unit, an_organization_unit

NOBODY_LISTENS = "redis://127.0.0.1:1/0"
UNITS = {"organization:7": an_organization_unit(), "link:spring": a_link_unit()}


@pytest.fixture
def redis() -> Iterator[Redis]:
    """The broker with nothing published in it."""
    connection: Redis = Redis.from_url(settings.REDIS_URL)
    connection.delete(routes.UNITS, routes.CHANGES, routes.EPOCH, routes.NUMBER)
    yield connection
    connection.delete(routes.UNITS, routes.CHANGES, routes.EPOCH, routes.NUMBER)


def a_follower(redis: Redis, folder: Path) -> Follower:
    return Follower(RouteTable(), redis, folder)


def test_a_process_follows_what_is_published(redis: Redis, tmp_path: Path) -> None:
    follower = a_follower(redis, tmp_path)
    routes.publish(redis, UNITS, whole=True)

    follower.follow_once()

    assert set(follower.table.links) == {"spring"}
    assert set(follower.table.organizations) == {7}


def test_a_change_arrives_without_reading_the_rest_again(redis: Redis, tmp_path: Path) -> None:
    follower = a_follower(redis, tmp_path)
    routes.publish(redis, UNITS, whole=True)
    follower.follow_once()
    before = follower.table.organizations[7]

    routes.publish(redis, {"link:spring": a_link_unit(paused=True), "link:new": a_link_unit()})
    follower.follow_once()

    assert follower.table.links["spring"].paused
    assert "new" in follower.table.links
    assert follower.table.organizations[7] is before


def test_a_withdrawn_unit_goes(redis: Redis, tmp_path: Path) -> None:
    follower = a_follower(redis, tmp_path)
    routes.publish(redis, UNITS, whole=True)
    follower.follow_once()

    routes.publish(redis, {"link:spring": None})
    follower.follow_once()

    assert follower.table.links == {}


def test_into_an_empty_redis_a_part_is_not_published(redis: Redis, tmp_path: Path) -> None:
    assert not routes.publish(redis, {"link:spring": a_link_unit()})

    assert routes.is_empty(redis)


def test_after_a_flush_the_table_stays_until_the_whole_is_published_again(redis: Redis, tmp_path: Path) -> None:
    follower = a_follower(redis, tmp_path)
    routes.publish(redis, UNITS, whole=True)
    follower.follow_once()

    redis.delete(routes.UNITS, routes.CHANGES, routes.EPOCH, routes.NUMBER)
    follower.follow_once()
    assert set(follower.table.links) == {"spring"}

    routes.publish(redis, {"link:other": a_link_unit()}, whole=True)
    follower.follow_once()
    assert set(follower.table.links) == {"other"}


def test_with_redis_away_the_table_stays(redis: Redis, tmp_path: Path) -> None:
    routes.publish(redis, UNITS, whole=True)
    follower = a_follower(redis, tmp_path)
    follower.follow_once()

    cut_off = Follower(follower.table, Redis.from_url(NOBODY_LISTENS, socket_connect_timeout=0.2), tmp_path)
    cut_off.follow_once()

    assert set(cut_off.table.links) == {"spring"}
    assert cut_off.fresh_at == 0


def test_a_process_starts_from_the_mirrored_file(redis: Redis, tmp_path: Path) -> None:
    routes.publish(redis, UNITS, whole=True)
    a_follower(redis, tmp_path).follow_once()

    alone = Follower(RouteTable(), Redis.from_url(NOBODY_LISTENS, socket_connect_timeout=0.2), tmp_path)
    alone.load_mirror()

    assert set(alone.table.links) == {"spring"}


def test_a_process_that_started_from_an_old_mirror_catches_up(redis: Redis, tmp_path: Path) -> None:
    routes.publish(redis, UNITS, whole=True)
    a_follower(redis, tmp_path).follow_once()
    routes.publish(redis, {"link:spring": None, "link:new": a_link_unit()})

    follower = a_follower(redis, tmp_path)
    follower.load_mirror()
    follower.follow_once()

    assert set(follower.table.links) == {"new"}


@pytest.mark.parametrize("content", [b"", b"{", b"\x00" * 40])
def test_a_mirror_that_cannot_be_read_is_no_obstacle(redis: Redis, tmp_path: Path, content: bytes) -> None:
    (tmp_path / routes.MIRROR).write_bytes(content)
    follower = a_follower(redis, tmp_path)

    follower.load_mirror()

    assert follower.table.links == {}


def test_the_mirror_is_whole_or_absent(redis: Redis, tmp_path: Path) -> None:
    routes.publish(redis, UNITS, whole=True)
    follower = a_follower(redis, tmp_path)

    follower.follow_once()

    assert [path.name for path in tmp_path.iterdir()] == [routes.MIRROR]
    assert orjson.loads((tmp_path / routes.MIRROR).read_bytes())["version"] == follower.table.version


def test_what_is_in_force_can_be_read_back(redis: Redis) -> None:
    routes.publish(redis, UNITS, whole=True)

    assert routes.published(redis, ["link:spring", "link:none"]) == {"link:spring": UNITS["link:spring"]}
    assert routes.published_names(redis) == set(UNITS)


def test_what_is_published_after_redis_lost_its_last_moments_arrives(redis: Redis, tmp_path: Path) -> None:
    """A Redis that comes back without its last second counts on from before it."""
    follower = a_follower(redis, tmp_path)
    routes.publish(redis, UNITS, whole=True)
    before = redis.get(routes.NUMBER)
    routes.publish(redis, {"link:lost": a_link_unit()})
    follower.follow_once()

    redis.set(routes.NUMBER, before)
    routes.publish(redis, {"link:spring": a_link_unit(paused=True)})
    follower.follow_once()

    assert follower.table.links["spring"].paused
