"""Owners read who changed what; nobody else does."""

import csv
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.audit import told
from apps.accounts.audit.asked import PAGE
from apps.accounts.audit.saying import said_by
from apps.accounts.audit.words import changes_of
from apps.accounts.models import AuditEntry, Domain, Membership
from apps.accounts.roles import Role
from tests.accounts import make

pytestmark = pytest.mark.django_db
PATH = "/settings/audit"


@pytest.fixture
def alice(client: Client) -> Membership:
    alice = make.alice()
    make.signed_in(client, alice)
    return alice


def look(client: Client, query: str = "", **headers: str) -> str:
    answer = client.get(f"{PATH}{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def by(member: Membership, name: str, **more: str) -> Domain:
    """A domain that this person added."""
    with said_by(lambda: {"user_id": member.user_id, **more}):
        return make.a_domain(member.organization, name)


def many(member: Membership, number: int) -> None:
    Domain.objects.bulk_create(Domain(organization=member.organization, name=f"d{n}.example") for n in range(number))


def file_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))


def test_an_owner_reads_who_changed_what_from_where(client: Client, alice: Membership) -> None:
    by(alice, "shop.example", address="203.0.113.9", request_id="abc-1", view="accounts:add-domain")

    page = look(client)

    for words in ("Domain made", "shop.example", "alice@example.com", "203.0.113.9", "abc-1", "accounts:add-domain"):
        assert words in page


def test_what_was_is_shown_beside_what_is(client: Client, alice: Membership) -> None:
    alice.organization.name = "Acme <b>Ltd</b>"
    alice.organization.save()

    page = look(client, "?thing=accounts_organization")

    assert "<del>Acme</del> → <ins>Acme &lt;b&gt;Ltd&lt;/b&gt;</ins>" in page


def test_columns_are_called_as_people_call_them(client: Client, alice: Membership) -> None:
    alice.organization.default_destination = "https://shop.example/"
    alice.organization.save()

    page = look(client, "?thing=accounts_organization")

    assert "<dt>default destination</dt>" in page
    assert "default_destination" not in page


def test_values_are_words_names_and_moments(client: Client, alice: Membership) -> None:
    bob = make.bob(Role.ADMIN)
    bob.role = Role.VIEWER
    bob.save()
    make.an_api_key(alice.organization, created_by=bob.user, expires_at=datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC))

    members = look(client, "?thing=accounts_membership")
    keys = look(client, "?thing=accounts_apikey")

    assert "<del>Admin</del> → <ins>Viewer</ins>" in members
    assert "<dt>user</dt><dd><ins>bob@example.com</ins>" in members
    assert "<dt>created by</dt><dd><ins>bob@example.com</ins>" in keys
    assert "<ins>3 Feb 2031 04:05:06 UTC</ins>" in keys
    # Whose it is and its number say nothing beside the entry.
    assert "<dt>organization" not in keys


def test_who_made_a_thing_and_is_gone_has_a_number(client: Client, alice: Membership) -> None:
    bob = make.bob(Role.ADMIN)
    number = bob.user_id
    make.an_api_key(alice.organization, created_by=bob.user)
    bob.user.delete()

    assert f"<ins>Somebody who is gone ({number})</ins>" in look(client, "?thing=accounts_apikey")


def test_a_thing_that_is_gone_is_said_to_be(alice: Membership) -> None:
    entry = AuditEntry(noun="accounts_apikey", deed="UPDATE", before={"replaces_id": 987654321}, after={})

    assert changes_of([entry]) == [[("replaces", "987654321, which is gone", "")]]


def test_what_no_model_knows_is_shown_as_it_is() -> None:
    entry = AuditEntry(noun="accounts_gone", deed="UPDATE", before={"old_words": [1]}, after={"old_words": True})

    assert changes_of([entry]) == [[("old words", "[1]", "yes")]]


def test_what_has_no_name_is_called_by_its_number(client: Client, alice: Membership) -> None:
    invitation = make.an_invitation(alice)
    by(alice, "2026")

    assert f">number {invitation.pk}</a>" in look(client, "?thing=accounts_invitation")
    assert ">2026</a>" in look(client, "?thing=accounts_domain")


def test_a_stranger_who_comes_in_is_not_trellis_itself(client: Client, alice: Membership) -> None:
    with said_by(lambda: {"view": "account_signup", "address": "203.0.113.9"}):
        make.bob()

    page = look(client, "?thing=accounts_membership")

    assert "Somebody who was signing in or up" in page


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MARKETER, Role.VIEWER])
def test_whoever_may_not_read_it_is_told_who_may(client: Client, alice: Membership, role: Role) -> None:
    make.signed_in(client, make.bob(role))

    page = client.get(PATH).content.decode()

    assert "Only owners can do this" in page
    assert "Viewers can look" not in page


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MARKETER, Role.VIEWER])
def test_only_owners_read_it(client: Client, alice: Membership, role: Role) -> None:
    make.signed_in(client, make.bob(role))

    assert client.get(PATH).status_code == 403
    assert client.get(f"{PATH}?format=csv").status_code == 403
    assert PATH not in client.get("/settings").content.decode()


def test_nothing_of_another_organization_is_there(client: Client, alice: Membership) -> None:
    secret = by(alice, "secret.example")
    make.signed_in(client, make.charlie())

    assert "secret.example" not in look(client)
    assert "secret.example" not in look(client, f"?row={secret.pk}")
    assert client.get(f"{PATH}?person={alice.user_id}").status_code == 422


def test_it_is_narrowed_by_person_thing_and_row(client: Client, alice: Membership) -> None:
    bob = make.bob(Role.ADMIN)
    by(alice, "hers.example")
    his = by(bob, "his.example")

    assert "hers.example" not in look(client, f"?person={bob.user_id}")
    assert "his.example" in look(client, f"?person={bob.user_id}")
    assert "his.example" not in look(client, "?thing=accounts_membership")
    row = look(client, f"?thing=accounts_domain&row={his.pk}")
    assert "his.example" in row
    assert "hers.example" not in row


def test_days_are_those_of_the_organization(client: Client, alice: Membership) -> None:
    alice.organization.time_zone = "Pacific/Auckland"
    alice.organization.save()
    by(alice, "shop.example")
    there = timezone.localdate(timezone=ZoneInfo("Pacific/Auckland"))

    assert "shop.example" in look(client, f"?first={there}&last={there}&thing=accounts_domain")
    assert "Nothing was changed" in look(client, "?first=2020-01-01&last=2020-01-02")


def test_what_cannot_be_read_is_said(client: Client, alice: Membership) -> None:
    for query in ("?first=yesterday", "?cursor=-1", "?thing=nothing", f"?cursor={10**30}", "?row=" + "x" * 99):
        assert client.get(PATH + query).status_code == 422, query


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
@pytest.mark.parametrize("query", ["first=0001-01-01", "first=2200-01-01", "last=1989-12-31", "last=9999-12-31"])
def test_days_far_out_are_refused(client: Client, alice: Membership, zone: str, query: str) -> None:
    alice.organization.time_zone = zone
    alice.organization.save()

    page, file = client.get(f"{PATH}?{query}"), client.get(f"{PATH}?{query}&format=csv")

    assert (page.status_code, file.status_code) == (422, 422)
    assert "Days lie between 1990 and 2199." in page.content.decode()


def test_pages_follow_one_another_without_a_gap(client: Client, alice: Membership) -> None:
    many(alice, PAGE + 20)
    first = look(client, "?thing=accounts_domain")
    oldest = AuditEntry.objects.filter(noun="accounts_domain").order_by("-id")[PAGE - 1].pk

    more = look(client, f"?thing=accounts_domain&cursor={oldest}", **{"HX-Request": "true"})

    assert f"cursor={oldest}" in first
    assert first.count('<tr id="audit-') == PAGE
    assert more.count('<tr id="audit-') == 20
    assert "<html" not in more
    assert "Show earlier ones" not in more


def test_the_file_has_what_the_page_is_narrowed_to(client: Client, alice: Membership) -> None:
    by(alice, "shop.example", address="203.0.113.9")

    answer = client.get(f"{PATH}?format=csv&thing=accounts_domain")

    [row] = file_of(answer)
    assert (row["deed"], row["thing"], row["name"]) == ("made", "Domain", "shop.example")
    assert (row["person"], row["address"]) == ("alice@example.com", "203.0.113.9")
    assert answer["Cache-Control"] == "no-store"


def test_a_long_file_has_every_entry_once(client: Client, alice: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "AT_ONCE", 3)
    many(alice, 7)

    answer = client.get(f"{PATH}?format=csv&thing=accounts_domain")

    assert [row["name"] for row in file_of(answer)] == [f"d{n}.example" for n in reversed(range(7))]


def test_a_file_begins_before_all_of_it_is_read(alice: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "AT_ONCE", 3)
    many(alice, 7)
    left = iter(AuditEntry.objects.filter(noun="accounts_domain"))

    next(told.rows(left))

    assert len([*left]) == 4


def test_a_formula_in_the_file_is_text(client: Client, alice: Membership) -> None:
    alice.organization.name = "=HYPERLINK(1)"
    alice.organization.save()

    rows = file_of(client.get(f"{PATH}?format=csv&thing=accounts_organization"))

    assert "'=HYPERLINK(1)" in {row["name"] for row in rows}


def test_a_person_who_is_gone_is_a_number(client: Client, alice: Membership) -> None:
    bob = make.bob(Role.ADMIN)
    number = bob.user_id
    by(bob, "his.example")
    bob.user.delete()

    page = look(client, "?thing=accounts_domain")

    assert f"Somebody who is gone ({number})" in page
    assert "bob@example.com" not in page


def test_a_task_and_nobody_are_called_so(client: Client, alice: Membership) -> None:
    with said_by(lambda: {"task": "apps.campaigns.tasks.publish_routes"}):
        make.a_domain(alice.organization, "task.example")
    make.a_domain(alice.organization, "hand.example")

    page = look(client, "?thing=accounts_domain")

    assert "apps.campaigns.tasks.publish_routes" in page
    assert "Trellis itself" in page


def test_more_entries_are_not_more_queries(
    client: Client, alice: Membership, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with CaptureQueriesContext(connection) as few:
        look(client)
    many(alice, 40)

    with django_assert_num_queries(len(few)):
        look(client)


def test_staff_look_in_the_admin_and_change_nothing(client: Client, alice: Membership) -> None:
    make.signed_in(client, make.staff())
    entry = AuditEntry.objects.latest("pk")

    assert client.get("/admin/accounts/auditentry/").status_code == 200
    assert client.post(f"/admin/accounts/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/accounts/auditentry/{entry.pk}/change/", {"named": "x"}).status_code == 403
