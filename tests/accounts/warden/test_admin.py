"""Issuers in the admin: a secret goes in, and never comes out."""

import logging
from io import StringIO

import pytest
import structlog
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from apps.accounts.models import Organization, WardenIssuer
from apps.accounts.warden.models import Family
from tests.accounts import make

pytestmark = pytest.mark.django_db
SECRET = "the-shared-secret-that-nobody-may-see-again"
ROW = {
    "name": "Warden", "key": "warden", "issuer": "https://warden.example", "audience": "trellis", "leeway_s": "30",
    "is_active": "on", "family": Family.SECRET, "jwks_url": "", "secret": SECRET, "person_claim": "sub",
    "email_claim": "email", "name_claim": "name", "organization_claim": "org", "permissions_claim": "permissions",
    "words": "{}", "client_id": "", "client_secret": "", "organizations-TOTAL_FORMS": "1",
    "organizations-INITIAL_FORMS": "0", "organizations-0-external_id": "acme-there", "organizations-0-highest": "marketer",
}  # fmt: skip


@pytest.fixture
def staff(client: Client) -> Client:
    return make.signed_in(client, make.staff())


@pytest.fixture
def row() -> dict[str, str]:
    return {**ROW, "organizations-0-organization": str(make.an_organization("acme").pk)}


def add(staff: Client, row: dict[str, str], **changed: str) -> list[str]:
    """What is wrong with the form; nothing, when the row was made."""
    answer = staff.post("/admin/accounts/wardenissuer/add/", {**row, **changed})
    errors = [] if answer.status_code == 302 else answer.context["adminform"].form.errors
    return sorted(errors)


def test_an_issuer_is_made_with_its_secret_locked(staff: Client, row: dict[str, str]) -> None:
    assert add(staff, row) == []

    issuer = WardenIssuer.objects.get()
    assert issuer.secret == SECRET
    assert [str(place) for place in issuer.organizations.all()] == ["acme-there"]


def test_the_secret_is_in_no_page_no_history_no_log_and_not_in_the_database(staff: Client, row: dict[str, str]) -> None:
    root, stream = logging.getLogger(), StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        next(h.formatter for h in root.handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter))
    )
    root.addHandler(handler)
    add(staff, row, client_id="trellis", client_secret=SECRET)
    root.removeHandler(handler)
    issuer = WardenIssuer.objects.get()

    shown = staff.get(f"/admin/accounts/wardenissuer/{issuer.pk}/change/").text
    history = staff.get(f"/admin/accounts/wardenissuer/{issuer.pk}/history/").text
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_wardenissuer")
        stored = str(cursor.fetchall())

    assert LogEntry.objects.exists()
    told = [shown, history, stored, stream.getvalue(), *(entry.change_message for entry in LogEntry.objects.all())]
    assert [text for text in told if SECRET in text] == []
    assert [text for text in (shown, history) if issuer.locked_secret in text] == []


def test_an_empty_secret_leaves_the_one_there_is(staff: Client, row: dict[str, str]) -> None:
    add(staff, row)
    issuer = WardenIssuer.objects.get()
    place = issuer.organizations.get()
    known = {"organizations-INITIAL_FORMS": "1", "organizations-0-id": str(place.pk)}
    known |= {"organizations-0-issuer": str(issuer.pk), "secret": "", "name": "Warden two"}

    staff.post(f"/admin/accounts/wardenissuer/{issuer.pk}/change/", {**row, **known})

    issuer.refresh_from_db()
    assert (issuer.name, issuer.secret) == ("Warden two", SECRET)


def test_going_over_to_published_keys_forgets_the_secret(staff: Client, row: dict[str, str]) -> None:
    add(staff, row)
    issuer = WardenIssuer.objects.get()
    place = issuer.organizations.get()
    known = {"organizations-INITIAL_FORMS": "1", "organizations-0-id": str(place.pk), "secret": ""}
    known |= {"organizations-0-issuer": str(issuer.pk), "family": "jwks", "jwks_url": "https://warden.example/jwks"}

    staff.post(f"/admin/accounts/wardenissuer/{issuer.pk}/change/", {**row, **known})

    issuer.refresh_from_db()
    assert (issuer.family, issuer.secret) == (Family.JWKS, "")


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"secret": ""}, ["secret"]),
        ({"secret": "short"}, ["secret"]),
        ({"jwks_url": "https://warden.example/jwks"}, ["jwks_url"]),
        ({"family": "jwks", "secret": ""}, ["jwks_url"]),
        ({"family": "jwks", "jwks_url": "https://warden.example/jwks"}, ["secret"]),
        ({"family": "jwks", "jwks_url": "http://warden.example/jwks", "secret": ""}, ["jwks_url"]),
        ({"family": "jwks", "jwks_url": "file:///etc/passwd", "secret": ""}, ["jwks_url"]),
        ({"family": "jwks", "jwks_url": "https://user:pass@warden.example/", "secret": ""}, ["jwks_url"]),
        ({"introspection_url": "https://warden.example/introspect"}, ["introspection_url"]),
        ({"service_key_prefix": "wdn_sk_"}, ["introspection_url"]),
        ({"service_key_prefix": "trl_live_", "introspection_url": "https://warden.example/"}, ["service_key_prefix"]),
        ({"signs_in": "on"}, ["client_id"]),
        ({"words": "[]"}, ["words"]),
        ({"words": '{"a": 1}'}, ["words"]),
        ({"portal_origin": "https://portal.example/path"}, ["portal_origin"]),
        ({"leeway_s": "301"}, ["leeway_s"]),
        ({"name": ""}, ["name"]),
    ],
    ids=str,
)
def test_what_does_not_fit_together_is_refused(
    staff: Client, row: dict[str, str], changed: dict[str, str], wrong: list[str]
) -> None:
    assert add(staff, row, **changed) == wrong
    assert not WardenIssuer.objects.exists()


def test_nobody_becomes_an_owner_by_a_token(staff: Client, row: dict[str, str]) -> None:
    answer = staff.post("/admin/accounts/wardenissuer/add/", {**row, "organizations-0-highest": "owner"})

    assert (answer.status_code, WardenIssuer.objects.exists()) == (200, False)


def test_two_families_in_one_row_are_refused_by_the_table(acme: Organization) -> None:
    issuer = WardenIssuer(
        key="both", issuer="both", audience="trellis", family=Family.JWKS, jwks_url="https://w.example/"
    )
    issuer.keep_secrets(secret=SECRET)

    with pytest.raises(Exception, match="warden_one_family"):
        issuer.save()
