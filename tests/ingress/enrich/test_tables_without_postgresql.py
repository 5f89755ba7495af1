"""Clicks are enriched whether PostgreSQL answers or not."""

from collections.abc import Iterator

import pytest
from django.db import connections

from apps.ingress.enrich.referrer import referrer
from apps.ingress.enrich.tables import CHECK_EVERY, Shelf
from tests.ingress.make import NOW, an_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf("")


@pytest.fixture
def postgresql_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """PostgreSQL where nobody listens, for this thread."""
    connection = connections["default"]
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", "1")
        yield
    connection.close()


def test_before_the_first_answer_the_tables_are_as_built_in(shelf: Shelf, postgresql_away: None) -> None:
    found = referrer(an_event(referrer="https://www.google.com/"), shelf.current(NOW).referrers)

    assert (found.referrer_name, found.referrer_version) == ("Google", 100_000)


def test_the_last_good_tables_serve_on(shelf: Shelf, request: pytest.FixtureRequest) -> None:
    before = shelf.current(NOW)

    request.getfixturevalue("postgresql_away")

    assert shelf.current(NOW + CHECK_EVERY) is before
