"""What of a visitor must stand nowhere: neither in a log nor in a table, when their organization keeps less or has erased them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Membership
from apps.analytics import erasures
from apps.ingress import jobs
from apps.ingress.models import AddressKey, Job, PrivacyPolicy
from apps.ingress.privacy import shelf
from apps.ingress.snowflake import visitor_ids
from apps.ingress.store import store_lines
from apps.ingress.warehouse.connection import client as clickhouse
from tests.accounts import make
from tests.analytics.make import a_click, stored
from tests.analytics.visits import WHEN
from tests.ingress.history import nothing_merges
from tests.ingress.make import a_line
from tests.ingress.postbacks import a_postback_line
from tests.security.test_secrets import Written, written

__all__ = ["written"]  # the fixture

VISITOR = 7_654_321_987
ADDRESS = "198.51.100.213"
TABLES = (
    "ingress_job",
    "ingress_erasure",
    "ingress_privacypolicy",
    "ingress_deadletter",
    "ingress_postback",
    "django_session",
)


@pytest.fixture
def alice(db: None) -> Membership:
    return make.alice()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "SETTLED", timedelta(0))


def everything() -> str:
    """All rows of the tables that could hold it."""
    found = []
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT convert_from(convert_to({table}::text, 'UTF8'), 'UTF8') FROM {table}")
            found.append(str(cursor.fetchall()))
            if table in ("ingress_deadletter", "ingress_postback"):
                cursor.execute(f"SELECT encode(line, 'escape') FROM {table}")
                found.append(str(cursor.fetchall()))
    return "".join(found)


def test_neither_a_log_nor_a_record_says_who_was_erased(
    client: Client, alice: Membership, written: Written, at_once: None
) -> None:
    make.signed_in(client, alice)
    sealed = visitor_ids().seal(VISITOR)
    stored(a_click(WHEN, organization=alice.organization_id, visitor_id=VISITOR))

    client.post("/settings/privacy/visitor", {"visitor": sealed})
    client.post("/settings/privacy/visitor/export", {"visitor": sealed}).getvalue()
    client.post("/settings/privacy/visitor/erase", {"visitor": sealed, "sure": "yes"})
    with nothing_merges():
        while job := Job.objects.open().first():
            jobs.work(job.pk, job.turn)

    assert Job.objects.get().status == Job.Status.DONE
    for where in (written(), everything()):
        assert str(VISITOR) not in where
        assert sealed not in where


@pytest.mark.parametrize("address", ["truncated", "hashed", "none"])
def test_an_address_that_is_not_kept_stands_nowhere(alice: Membership, written: Written, address: str) -> None:
    now, organization_id = timezone.now(), alice.organization_id
    PrivacyPolicy.objects.create(organization_id=organization_id, address=address)
    shelf.fresh(now)
    headers = {"x_forwarded_for": ADDRESS, "x_real_ip": ADDRESS, "forwarded": f"for={ADDRESS}"}
    lines = [
        a_line(organization_id=organization_id, headers=headers).replace(b"203.0.113.9", ADDRESS.encode()),
        a_postback_line(organization_id=organization_id, headers=headers).replace(b"203.0.113.9", ADDRESS.encode()),
    ]

    store_lines(f"secret-{address}-{organization_id}-{now.timestamp()}", lines, now=now)

    rows = clickhouse().execute("SELECT * FROM events WHERE organization_id = {id:UInt32}", {"id": organization_id})
    for where in (written(), everything(), repr(rows)):
        assert ADDRESS not in where


def test_the_key_of_an_address_is_in_no_log(alice: Membership, written: Written) -> None:
    now, organization_id = timezone.now(), alice.organization_id
    PrivacyPolicy.objects.create(organization_id=organization_id, address="hashed")
    shelf.fresh(now)

    store_lines(f"key-{organization_id}-{now.timestamp()}", [a_line(organization_id=organization_id)], now=now)

    key = AddressKey.objects.get(organization_id=organization_id)
    assert bytes(key.key).hex() not in written()
    assert len(bytes(key.key)) == 32
