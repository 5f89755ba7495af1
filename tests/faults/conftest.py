"""One Trellis for the whole folder; every test finds it healthy."""

from collections.abc import Iterator

import pytest

from tests.faults.harness import World
from tests.faults.ingress import Ingress


@pytest.fixture(scope="session")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("faults")
    # PostgreSQL runs as another user when we are root, and must be able to walk here.
    for folder in (directory, *directory.parents[:2]):
        folder.chmod(0o755)
    world = World(directory)
    try:
        world.start()
        yield world
    finally:
        world.stop()


@pytest.fixture
def world(_world: World) -> World:
    _world.heal()
    return _world


@pytest.fixture
def ingress(world: World) -> Ingress:
    return world.ingress
