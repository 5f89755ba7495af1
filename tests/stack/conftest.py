"""One running stack for all tests of this folder; a test that stops a service starts it again."""

from collections.abc import Iterator

import pytest

from stack.services import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack")) as running:
        yield running
