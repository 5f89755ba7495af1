"""Every change of what people can change leaves an entry that says what, who, and from where, and that nobody can change."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg import connect

from apps.accounts.audit.saying import said_by
from apps.accounts.models import AuditEntry, Domain, Membership
from apps.accounts.models.audit import KEPT
from apps.accounts.roles import Role, Scope
from apps.accounts.tasks import forget_audit
from tests.accounts import make
from trellis.celery import app

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.9"


@pytest.fixture
def alice() -> Membership:
    return make.alice()


@pytest.fixture
def browser(client: Client, alice: Membership) -> Client:
    make.signed_in(client, alice)
    return client


def the_last(noun: str) -> AuditEntry:
    return AuditEntry.objects.filter(noun=noun).order_by("-id")[0]


def test_an_entry_says_what_was_and_what_is(alice: Membership) -> None:
    organization = alice.organization
    organization.name, organization.retention_days = "Acme Ltd", 90
    organization.save()

    entry = the_last("accounts_organization")

    assert entry.deed == AuditEntry.Deed.CHANGED
    assert entry.before == {"name": "Acme", "retention_days": 730}
    assert entry.after == {"name": "Acme Ltd", "retention_days": 90}
    assert (entry.organization_id, entry.row_id, entry.named) == (organization.pk, str(organization.pk), "Acme Ltd")


def test_what_is_made_and_removed_is_told_whole(alice: Membership) -> None:
    domain = make.a_domain(alice.organization)
    number = domain.pk
    domain.delete()

    removed, made = AuditEntry.objects.filter(noun="accounts_domain").order_by("-id")

    assert (made.deed, made.before, made.after["name"]) == (AuditEntry.Deed.MADE, {}, "example.com")
    assert (removed.deed, removed.before["name"], removed.after) == (AuditEntry.Deed.REMOVED, "example.com", {})
    assert {made.row_id, removed.row_id} == {str(number)}


def test_statements_of_many_rows_leave_an_entry_for_each(alice: Membership) -> None:
    Domain.objects.bulk_create(Domain(organization=alice.organization, name=f"{n}.example.com") for n in range(3))
    Domain.objects.update(serves_links=True)

    assert AuditEntry.objects.filter(noun="accounts_domain", after={"serves_links": True}).count() == 3


def test_what_changes_by_itself_leaves_none(alice: Membership) -> None:
    key, _ = make.an_api_key(alice.organization)
    before = AuditEntry.objects.count()

    key.note_use(timezone.now())
    alice.organization.save()

    assert AuditEntry.objects.count() == before


def test_a_page_is_noted_as_its_persons(browser: Client, alice: Membership) -> None:
    browser.post("/settings/domains/add", {"name": "shop.example"}, REMOTE_ADDR=ADDRESS)

    entry = the_last("accounts_domain")

    assert (entry.user_id, entry.address, entry.view) == (alice.user_id, ADDRESS, "accounts:add-domain")
    assert (entry.program, entry.task) == ("", "")
    assert len(entry.request_id) == 36


def test_a_program_is_noted_with_its_key_and_whoever_made_that(client: Client, alice: Membership) -> None:
    key, token = make.an_api_key(alice.organization, [*Scope], created_by=alice.user)

    client.post(
        "/api/v1/links",
        {"name": "Flyer", "destination": "https://shop.example/"},
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
        REMOTE_ADDR=ADDRESS,
    )

    entry = the_last("campaigns_link")
    assert (entry.program, entry.user_id, entry.address) == (key.prefix, alice.user_id, ADDRESS)
    assert entry.view == "campaigns:api-links"


def test_staff_are_noted_in_the_organization_they_change(client: Client, alice: Membership) -> None:
    staff = make.staff()
    make.signed_in(client, staff)
    domain = make.a_domain(alice.organization)

    client.post("/admin/accounts/domain/", {"action": "mark_verified", "_selected_action": domain.pk})

    entry = the_last("accounts_domain")
    assert (entry.user_id, entry.organization_id) == (staff.pk, alice.organization_id)
    assert list(entry.after) == ["verified_at"]


def test_every_task_says_its_name(alice: Membership) -> None:
    @app.task(name="tests.found")
    def found() -> None:
        make.a_domain(alice.organization)

    found.apply(task_id="7")

    entry = the_last("accounts_domain")
    assert (entry.task, entry.request_id, entry.address) == ("tests.found", "7", "")


def test_looking_asks_the_database_nothing_more(browser: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        browser.get("/settings/domains")

    said = [query["sql"] for query in asked.captured_queries if "set_config" in query["sql"]]
    assert said == []


def test_a_rollback_does_not_take_the_name_away(alice: Membership) -> None:
    with said_by(lambda: {"user_id": alice.user_id}):
        make.a_domain(alice.organization, "one.example")
        with pytest.raises(IntegrityError), transaction.atomic():
            make.a_domain(alice.organization, "one.example")
        make.a_domain(alice.organization, "two.example")

    assert the_last("accounts_domain").named == "two.example"
    assert the_last("accounts_domain").user_id == alice.user_id


@pytest.mark.django_db(transaction=True)
def test_nobody_is_named_for_what_comes_after_on_the_same_connection(alice: Membership) -> None:
    with said_by(lambda: {"user_id": alice.user_id}):
        make.a_domain(alice.organization, "one.example")
        with transaction.atomic():
            make.a_domain(alice.organization, "two.example")
    make.a_domain(alice.organization, "three.example")

    named = dict(AuditEntry.objects.filter(noun="accounts_domain").values_list("named", "user_id"))
    assert named == {"one.example": alice.user_id, "two.example": alice.user_id, "three.example": None}


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_after_the_change_fails_nobody(alice: Membership) -> None:
    with said_by(lambda: {"user_id": alice.user_id}):
        make.a_domain(alice.organization, "one.example")
        with connect(connection.connection.info.dsn, password=connection.connection.info.password) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])

    assert the_last("accounts_domain").named == "one.example"


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_was_not_changed(alice: Membership) -> None:
    with transaction.atomic():
        make.a_domain(alice.organization)
        transaction.set_rollback(True)

    assert not AuditEntry.objects.filter(noun="accounts_domain").exists()


def refused(statement: str) -> bool:
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return True


def test_nobody_changes_removes_or_forges_an_entry(alice: Membership) -> None:
    entry = the_last("accounts_organization")

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        AuditEntry.objects.update(user_id=7)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        entry.delete()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        AuditEntry.objects.create(at=entry.at, noun="x", deed="UPDATE", before={}, after={})
    assert refused("UPDATE accounts_auditentry SET address = ''")
    assert refused("DELETE FROM accounts_auditentry")
    assert AuditEntry.objects.get(pk=entry.pk).user_id is None


def test_what_is_older_than_two_years_is_forgotten_and_nothing_else(alice: Membership) -> None:
    old, young = the_last("accounts_organization"), the_last("accounts_membership")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER audit_kept")
        for entry, days in ((old, 1), (young, -1)):
            at = timezone.now() - KEPT - timedelta(days=days)
            cursor.execute("UPDATE accounts_auditentry SET at = %s WHERE id = %s", [at, entry.pk])
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER audit_kept")

    forget_audit()

    assert not AuditEntry.objects.filter(pk=old.pk).exists()
    assert AuditEntry.objects.filter(pk=young.pk).exists()


def test_a_secret_is_never_in_an_entry(alice: Membership) -> None:
    key, token = make.an_api_key(alice.organization)
    alice.organization.replace_link_secret()
    alice.user.set_password("a new password of hers")
    alice.user.save()

    text = str(list(AuditEntry.objects.values_list("before", "after", "named")))

    for secret in (token.rpartition("_")[2], key.secret_hash, alice.organization.link_secret, alice.user.password):
        assert secret not in text
    assert the_last("accounts_organization").after == {"link_secret": "***"}
    assert the_last("accounts_apikey").after["secret_hash"] == "***"


def test_what_a_person_is_called_is_not_kept(alice: Membership) -> None:
    alice.user.name, alice.user.email = "Alice Adams", "adams@example.com"
    alice.user.save()
    alice.user.delete()

    text = str(list(AuditEntry.objects.values()))

    assert not any(word in text for word in ("Alice", "alice@", "Adams", "adams"))
    assert the_last("accounts_membership").before["role"] == Role.OWNER


def test_a_long_value_is_told_by_its_length() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT accounts_audit_told(%s, ARRAY['draft'], ARRAY[]::text[])", ['{"draft": "' + "x" * 30_000 + '"}']
        )
        told: Any = cursor.fetchone()[0]

    assert "30002 characters, md5 " in str(told)
