"""The snapshot of a process: what PostgreSQL has, kept fresh, kept when PostgreSQL is away."""

from datetime import datetime, timedelta

import pytest

from apps.ingress.enrich.campaign_key import campaign_key
from apps.ingress.enrich.channel import channel
from apps.ingress.enrich.referrer import referrer
from apps.ingress.enrich.tables import CHECK_EVERY, Shelf
from apps.ingress.models import ChannelRule, OrganizationTables, Referrer, TableRevision
from tests.accounts.make import an_organization
from tests.ingress.make import NOW, an_event

pytestmark = pytest.mark.django_db

LATER = NOW + CHECK_EVERY


@pytest.fixture
def shelf() -> Shelf:
    return Shelf("")


def name_of(shelf: Shelf, address: str, at: datetime = NOW) -> str:
    return referrer(an_event(referrer=address), shelf.current(at).referrers).referrer_name


def test_the_tables_are_filled_as_built_in(shelf: Shelf) -> None:
    assert Referrer.objects.filter(origin="builtin").count() > 1_500
    assert name_of(shelf, "https://www.google.com/") == "Google"


def test_empty_tables_are_as_built_in(shelf: Shelf) -> None:
    Referrer.objects.all().delete()
    ChannelRule.objects.all().delete()

    assert name_of(shelf, "https://www.google.com/") == "Google"
    assert channel(an_event(), shelf.current(NOW).channels).channel == "Direct"


def test_what_follows_a_change_at_once_sees_it(shelf: Shelf) -> None:
    shelf.current(NOW)
    Referrer.objects.create(pattern="pots.example", name="Pots", medium="other")
    TableRevision.bump("referrers")

    assert referrer(an_event(referrer="https://pots.example/"), shelf.fresh(NOW).referrers).referrer_name == "Pots"


def test_a_change_is_seen_within_seconds(shelf: Shelf) -> None:
    assert name_of(shelf, "https://pots.example/") == ""

    Referrer.objects.create(pattern="pots.example", name="Pots", medium="other")
    TableRevision.bump("referrers")

    assert name_of(shelf, "https://pots.example/", NOW + timedelta(seconds=1)) == ""
    assert name_of(shelf, "https://pots.example/", LATER) == "Pots"


def test_the_version_names_the_change(shelf: Shelf) -> None:
    number = TableRevision.bump("referrers", by="alice@example.com")

    found = referrer(an_event(), shelf.current(NOW).referrers)

    assert found.referrer_version % 100_000 == number == TableRevision.of("referrers")


def test_a_table_that_was_never_changed_has_number_0() -> None:
    TableRevision.bump("referrers")

    assert TableRevision.of("channels") == 0


def test_nothing_is_read_again_while_nothing_changed(shelf: Shelf) -> None:
    assert shelf.current(NOW) is shelf.current(NOW + timedelta(days=1))


def test_nobody_is_asked_between_two_looks(shelf: Shelf, django_assert_num_queries: object) -> None:
    shelf.current(NOW)

    with django_assert_num_queries(0):  # type: ignore[operator]
        shelf.current(NOW + timedelta(seconds=1))


def test_the_last_good_tables_serve_while_one_cannot_be_read(shelf: Shelf) -> None:
    before = shelf.current(NOW)

    Referrer.objects.create(pattern="bad pattern", name="x", medium="other")
    TableRevision.bump("referrers")

    assert shelf.current(LATER) is before


def test_an_organizations_own_words_are_its_own(shelf: Shelf) -> None:
    OrganizationTables.write(
        7,
        by="alice@example.com",
        campaign_parameters=["sub3"],
        channel_rules=[{"channel": "Partners", "source": "partner-.*"}],
        own_domains=["acme-shop.example"],
    )
    tables = shelf.current(NOW)
    event = an_event(
        parameters={"sub3": "x"}, utm_source="partner-a", referrer="https://acme-shop.example/", organization_id=7
    )

    assert campaign_key(event, tables.campaign_keys).campaign_key == "x"
    assert channel(event, tables.channels).channel == "Partners"
    assert referrer(event, tables.referrers).referrer_medium == "internal"
    assert channel(event._replace(organization_id=8), tables.channels).channel == "Unassigned"


def test_verified_domains_are_the_organizations_own(shelf: Shelf) -> None:
    acme = an_organization("acme")
    event = an_event(organization_id=acme.pk, referrer="https://www.acme-shop.example/")
    acme.domains.create(name="acme-shop.example")
    assert referrer(event, shelf.current(NOW).referrers).referrer_medium == "other"

    acme.domains.get().verify(NOW)

    assert referrer(event, shelf.current(LATER).referrers).referrer_medium == "internal"
