"""Campaigns on their way into a process: in order, whole, and from the mirrored file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from redis import Redis

from apps.ingress import routes
from apps.ingress.routes import Follower
from apps.ingress.routing import RouteTable
from tests.ingress.make import a_link_unit, an_organization_unit
from tests.ingress.plans.make import a_document, a_rule, a_unit, shares

AWAY = "redis://127.0.0.1:1"
LINK = a_link_unit(campaign_id=5, destination="")
# In the order in which nothing should be applied.
UNITS = {"link:spring": LINK, "campaign:5": a_unit(a_document(a_rule(11, 2))), "organization:7": an_organization_unit()}


class Watched(RouteTable):
    """A table that remembers what was applied, and whether a link ever led to a campaign that was not there."""

    def __init__(self) -> None:
        super().__init__()
        self.applied: list[str] = []
        self.dangled = False

    def apply(self, name: str, document: Mapping[str, Any] | None) -> None:
        super().apply(name, document)
        self.applied.append(name)
        self.dangled |= any(link.campaign_id not in self.campaigns for link in self.links.values() if link.campaign_id)


@pytest.fixture
def redis() -> Iterator[Redis]:
    connection: Redis = Redis.from_url(settings.REDIS_URL)
    connection.delete(*routes.KEYS)
    yield connection
    connection.delete(*routes.KEYS)


@pytest.fixture
def follower(redis: Redis, tmp_path: Path) -> Follower:
    """One that has everything."""
    routes.publish(redis, UNITS, whole=True)
    follower = Follower(Watched(), redis, tmp_path)
    follower.follow_once()
    return follower


def applied(follower: Follower) -> list[str]:
    assert isinstance(follower.table, Watched)
    return follower.table.applied


def test_a_campaign_comes_before_its_link(follower: Follower) -> None:
    assert applied(follower) == ["organization:7", "campaign:5", "link:spring"]


def test_a_campaign_goes_after_its_link(redis: Redis, follower: Follower) -> None:
    routes.publish(redis, {"campaign:5": None, "link:spring": None})

    follower.follow_once()

    assert applied(follower)[-2:] == ["link:spring", "campaign:5"]
    assert (follower.table.links, follower.table.campaigns) == ({}, {})


@pytest.mark.parametrize("whole", [False, True])
def test_a_link_that_moves_to_another_campaign_never_leads_nowhere(
    redis: Redis, follower: Follower, *, whole: bool
) -> None:
    new = {"link:spring": {**LINK, "campaign_id": 6}, "campaign:6": a_unit(a_document(), key="autumn")}
    gone = {} if whole else {"campaign:5": None}
    kept = {"organization:7": an_organization_unit()} if whole else {}

    routes.publish(redis, {**new, **gone, **kept}, whole=whole)
    follower.follow_once()

    assert isinstance(follower.table, Watched)
    assert not follower.table.dangled
    assert list(follower.table.campaigns) == [6]


def test_a_new_version_takes_the_place_of_the_old(redis: Redis, follower: Follower) -> None:
    before = follower.table.campaigns[5]

    routes.publish(redis, {"campaign:5": a_unit(a_document(fallback=shares(3)), version=4)})
    follower.follow_once()

    assert (before.version, follower.table.campaigns[5].version) == (3, 4)


def test_a_version_that_cannot_be_read_leaves_the_others_and_its_own_before(redis: Redis, follower: Follower) -> None:
    broken = {**a_unit(a_document(), version=4), "document": {"rules": 3}}

    routes.publish(redis, {"campaign:5": broken, "link:other": LINK})
    follower.follow_once()

    assert follower.table.campaigns[5].version == 3
    assert "other" in follower.table.links


def test_a_start_without_redis_has_the_campaigns_of_the_file(follower: Follower, tmp_path: Path) -> None:
    alone = Follower(Watched(), Redis.from_url(AWAY, socket_connect_timeout=0.2), tmp_path)

    alone.load_mirror()
    alone.follow_once()

    assert alone.table.campaigns[5] == follower.table.campaigns[5]
    assert applied(alone) == ["organization:7", "campaign:5", "link:spring"]


def test_a_mirror_from_before_campaigns_is_still_read(tmp_path: Path, redis: Redis) -> None:
    old = a_link_unit()
    routes.publish(redis, {"organization:7": an_organization_unit(), "link:spring": old}, whole=True)

    follower = Follower(RouteTable(), redis, tmp_path)
    follower.follow_once()

    assert follower.table.links["spring"].campaign_id == 0
