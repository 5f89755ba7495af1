"""What tests of plans share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from apps.ingress.enrich.mmdb import open_databases
from apps.ingress.enrich.networks import Known, Networks
from apps.ingress.enrich.places import Places
from apps.ingress.enrich.snapshot import Tables, builtin_rows, tables_of
from apps.ingress.plans.cap_counts import CapCounts
from tests.ingress.enrich.geo import LONDON, a_city_file, an_asn_file
from tests.ingress.plans.cap_cast import REDIS_URL, a_process, clean


@pytest.fixture
def cap_redis() -> "Iterator[Redis]":
    """Redis in which nothing was counted."""
    redis = Redis.from_url(REDIS_URL)
    clean(redis)
    yield redis
    clean(redis)
    redis.close()


@pytest.fixture
def two(cap_redis: Redis, tmp_path: Path) -> tuple[CapCounts, CapCounts]:
    """Two processes that have heard of each other."""
    processes = a_process(tmp_path), a_process(tmp_path)
    for process in (*processes, *processes):
        process.exchange()
    return processes


@pytest.fixture(scope="session")
def known_places(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Tables that know places: London and Berlin, and a hoster's network."""
    folder = tmp_path_factory.mktemp("geo")
    berlin = {**LONDON, "country": {"iso_code": "DE", "names": {"en": "Germany"}}}
    a_city_file(folder, **{"203.0.113.0/24": berlin, "2001:db8::/32": berlin})
    an_asn_file(folder)
    databases, files = open_databases(str(folder))
    networks = Networks([Known("198.51.100.0/24", "hosting", "Example Hosting")])
    return tables_of(builtin_rows(), places=Places(databases, files), networks=networks)
