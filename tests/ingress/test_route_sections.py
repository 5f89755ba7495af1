"""Several publish into one table: each owns its kinds of units, and nobody's absence takes away another's."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from django.conf import settings
from redis import Redis

from apps.campaigns.publish import publish_everything
from apps.ingress import routes
from apps.ingress.routes import Follower
from apps.ingress.routing import RouteTable
from tests.ingress.make import a_link_unit, an_organization_unit
from tests.ingress.postbacks import SECRET, a_network_unit

LINKS = {"organization:7": an_organization_unit(), "link:spring": a_link_unit()}
NETWORKS = {"network:n1": a_network_unit(), "network:n2": a_network_unit(network_id=10, secret=SECRET)}
EVERYTHING = {"links": LINKS, "networks": NETWORKS}


@pytest.fixture
def redis() -> Iterator[Redis]:
    """The broker with nothing published in it."""
    connection: Redis = Redis.from_url(settings.REDIS_URL)
    connection.delete(*routes.KEYS)
    yield connection
    connection.delete(*routes.KEYS)


@pytest.fixture
def follower(redis: Redis, tmp_path: Path) -> Follower:
    return Follower(RouteTable(), redis, tmp_path)


def publish_all(redis: Redis, sections: tuple[str, ...] = ("links", "networks")) -> None:
    for section in sections:
        routes.publish(redis, EVERYTHING[section], section=section, whole=True)


def test_sections_stand_in_one_table(redis: Redis, follower: Follower) -> None:
    publish_all(redis)

    follower.follow_once()

    assert set(follower.table.links) == {"spring"}
    assert set(follower.table.networks) == {"n1", "n2"}


@pytest.mark.parametrize("order", list(permutations(EVERYTHING)))
def test_a_whole_section_replaces_its_own_and_nothing_else(
    redis: Redis, follower: Follower, order: tuple[str, ...]
) -> None:
    publish_all(redis, order)
    follower.follow_once()

    routes.publish(redis, {"network:n3": a_network_unit()}, section="networks", whole=True)
    follower.follow_once()
    assert (set(follower.table.networks), set(follower.table.links)) == ({"n3"}, {"spring"})

    routes.publish(redis, {"link:other": a_link_unit()}, whole=True)
    follower.follow_once()
    assert (set(follower.table.networks), set(follower.table.links)) == ({"n3"}, {"other"})
    assert follower.table.organizations == {}


def test_a_section_may_be_whole_and_empty(redis: Redis, follower: Follower) -> None:
    publish_all(redis)
    follower.follow_once()

    routes.publish(redis, {}, section="networks", whole=True)
    follower.follow_once()

    assert (follower.table.networks, set(follower.table.links)) == ({}, {"spring"})
    assert not routes.is_empty(redis, "networks")


@pytest.mark.parametrize(("first", "second"), list(permutations(EVERYTHING)))
def test_after_a_flush_each_section_stays_until_it_is_whole_again(
    redis: Redis, follower: Follower, first: str, second: str
) -> None:
    publish_all(redis)
    follower.follow_once()
    before = set(follower.table.units)

    redis.delete(*routes.KEYS)
    follower.follow_once()
    assert set(follower.table.units) == before

    routes.publish(redis, {}, section=first, whole=True)
    follower.follow_once()
    assert set(follower.table.units) == set(EVERYTHING[second])

    routes.publish(redis, {}, section=second, whole=True)
    follower.follow_once()
    assert follower.table.units == {}


@pytest.mark.parametrize("section", EVERYTHING)
def test_a_part_of_a_section_that_is_not_whole_is_not_published(redis: Redis, section: str) -> None:
    other = next(name for name in EVERYTHING if name != section)
    publish_all(redis, (other,))

    assert not routes.publish(redis, EVERYTHING[section], section=section)

    assert routes.is_empty(redis, section)
    assert not routes.is_empty(redis, other)
    assert routes.published_names(redis, section) == set()


def test_a_new_process_takes_what_is_there_and_the_rest_when_it_comes(redis: Redis, follower: Follower) -> None:
    publish_all(redis, ("networks",))
    follower.follow_once()
    assert (set(follower.table.networks), follower.table.links) == ({"n1", "n2"}, {})

    publish_all(redis, ("links",))
    follower.follow_once()
    assert set(follower.table.links) == {"spring"}


def test_a_part_changes_and_withdraws_units_of_its_section(redis: Redis, follower: Follower) -> None:
    publish_all(redis)
    follower.follow_once()

    routes.publish(redis, {"network:n1": a_network_unit(paused=True), "network:n2": None}, section="networks")
    follower.follow_once()

    assert set(follower.table.networks) == {"n1"}
    assert follower.table.networks["n1"].paused


def test_a_unit_of_another_section_is_refused(redis: Redis) -> None:
    with pytest.raises(AssertionError):
        routes.publish(redis, {"network:n1": a_network_unit()}, whole=True)


def test_the_mirror_keeps_what_redis_has_not_got_again(redis: Redis, follower: Follower, tmp_path: Path) -> None:
    publish_all(redis)
    follower.follow_once()
    redis.delete(*routes.KEYS)
    publish_all(redis, ("links",))

    successor = Follower(RouteTable(), redis, tmp_path)
    successor.load_mirror()
    successor.follow_once()

    assert set(successor.table.networks) == {"n1", "n2"}


def test_a_mirror_from_before_there_were_sections_is_taken(redis: Redis, tmp_path: Path) -> None:
    publish_all(redis)
    Follower(RouteTable(), redis, tmp_path).follow_once()
    mirror = tmp_path / routes.MIRROR
    mirror.write_bytes(mirror.read_bytes().replace(b'"kinds"', b'"unheard of"'))
    routes.publish(redis, {"link:spring": None})

    successor = Follower(RouteTable(), redis, tmp_path)
    successor.load_mirror()
    successor.follow_once()

    assert (set(successor.table.networks), successor.table.links) == ({"n1", "n2"}, {})


def test_what_an_older_version_published_is_followed_and_then_taken_over(redis: Redis, follower: Follower) -> None:
    publish_all(redis, ("links",))
    redis.delete(routes.KINDS)
    follower.follow_once()
    assert set(follower.table.links) == {"spring"}

    assert routes.is_empty(redis)
    routes.publish(redis, {"link:other": a_link_unit()}, whole=True)
    follower.follow_once()
    assert set(follower.table.links) == {"other"}


@pytest.mark.django_db
def test_publishing_every_link_leaves_networks_alone(redis: Redis, follower: Follower) -> None:
    publish_all(redis)

    publish_everything()
    follower.follow_once()

    assert (set(follower.table.networks), follower.table.links) == ({"n1", "n2"}, {})


def test_a_network_that_cannot_be_read_is_not_named_in_the_log(
    redis: Redis, follower: Follower, capfd: pytest.CaptureFixture[str]
) -> None:
    hushed = {"network:hush-hush-hush": a_network_unit(addresses=["nowhere"])}
    routes.publish(redis, hushed, section="networks", whole=True)

    follower.follow_once()

    assert follower.table.networks == {}
    assert "hush-hush-hush" not in "".join(capfd.readouterr())
