"""What takes hours, imports and replays, goes by the policy, the erasures and the labels of each moment."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from apps.ingress.access_log import Format
from apps.ingress.access_log_event import Import
from apps.ingress.access_log_file import Line
from apps.ingress.access_log_formats import reader_for
from apps.ingress.dead_letters import replay
from apps.ingress.imports import bring
from apps.ingress.models import DeadLetter, PrivacyPolicy, StoredEvent
from tests.ingress.labelling.test_shelf import published
from tests.ingress.letters import a_letter
from tests.ingress.logs import a_hit
from tests.ingress.make import NOW, a_line
from tests.ingress.privacy.make import a_policy

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])


def a_slow_clock() -> Callable[[], datetime]:
    """A minute goes by between two looks at it."""
    minutes = count(1)
    return lambda: NOW + timedelta(minutes=next(minutes))


def test_each_block_of_an_import_is_kept_and_labelled_by_what_is_known_then() -> None:
    organization_id = a_policy("full")
    chunks = [[Line(n, a_hit(n).strip().encode())] for n in (1, 2)]
    reports = bring(Import(organization_id, reader_for(Format.COMBINED, UTC)), chunks, a_slow_clock())

    next(reports)
    PrivacyPolicy.objects.create(organization_id=organization_id, address="none")
    published(organization_id, 3)
    next(reports)

    first, second = StoredEvent.objects.filter(organization_id=organization_id).order_by("happened_at")
    assert (first.ip, first.label_campaign_id) == ("203.0.113.5", 0)
    assert (second.ip, second.label_campaign_id) == ("", 3)
    assert first.stored_at < second.stored_at


def test_each_letter_is_replayed_by_what_is_known_then() -> None:
    organization_id = a_policy("full")
    lines = [a_line(organization_id=organization_id, target=f"/in/{n}") for n in (1, 2)]

    def letters() -> Iterator[DeadLetter]:
        yield a_letter(lines[0], organization_id=organization_id, position=1)
        PrivacyPolicy.objects.create(organization_id=organization_id, address="none")
        yield a_letter(lines[1], organization_id=organization_id, position=2)

    assert replay(letters(), a_slow_clock()).replayed == 2

    first, second = StoredEvent.objects.filter(organization_id=organization_id).order_by("path")
    assert (bool(first.ip), second.ip) == (True, "")
    assert first.stored_at < second.stored_at
