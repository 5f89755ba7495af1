from collections.abc import Iterator
from typing import Any

import pytest

from tests.attribution.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """On this machine, where messages of an installation as it comes never go."""
    settings.TRELLIS_WEBHOOKS_PRIVATE = True
    with receiving() as found:
        yield found
