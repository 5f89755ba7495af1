"""API keys on the settings page: made, shown once, revoked."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import ApiKey, Membership
from apps.accounts.roles import Role
from tests.accounts import make

pytestmark = pytest.mark.django_db
NEW_KEY = {"name": "warehouse export", "scopes": ["analytics:read"], "expires": "90"}


@pytest.fixture
def alice(client: Client) -> Membership:
    alice = make.alice()
    make.signed_in(client, alice)
    return alice


def test_a_new_key_is_shown_once_and_works(client: Client, alice: Membership) -> None:
    page = client.post("/settings/api-keys/create", NEW_KEY)
    token = re.search(r"trl_live_[0-9a-f]+_[0-9a-f]{64}", page.content.decode())[0]

    key = ApiKey.authenticate(token, timezone.now())

    assert (key.organization, key.created_by, key.scopes) == (alice.organization, alice.user, ["analytics:read"])
    assert token not in client.get("/settings/api-keys").content.decode()


@pytest.mark.usefixtures("alice")
def test_the_answer_with_the_token_is_kept_by_no_cache(client: Client) -> None:
    assert "no-store" in client.post("/settings/api-keys/create", NEW_KEY)["Cache-Control"]


@pytest.mark.parametrize(("expires", "days"), [("30", 30), ("90", 90), ("365", 365), ("", None)])
@pytest.mark.usefixtures("alice")
def test_a_key_ends_when_asked(client: Client, expires: str, days: int | None) -> None:
    client.post("/settings/api-keys/create", NEW_KEY | {"expires": expires})

    key = ApiKey.objects.get()
    assert (round((key.expires_at - key.created_at).total_seconds() / 86400) if key.expires_at else None) == days


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"expires": "7000"}, {"expires": "x"}]
)
@pytest.mark.usefixtures("alice")
def test_a_key_that_is_not_described_is_not_made(client: Client, wrong: dict[str, object]) -> None:
    assert client.post("/settings/api-keys/create", NEW_KEY | wrong).status_code == 422
    assert not ApiKey.objects.exists()


def test_a_revoked_key_stays_on_the_list_and_opens_nothing(client: Client, alice: Membership) -> None:
    key, token = make.an_api_key(alice.organization)

    page = client.post(f"/settings/api-keys/{key.key_id}/revoke", follow=True)

    assert "Revoked" in page.content.decode()
    assert ApiKey.authenticate(token, timezone.now()) is None


@pytest.mark.usefixtures("alice")
def test_keys_of_others_are_not_shown_and_cannot_be_revoked(client: Client) -> None:
    key, token = make.an_api_key(make.charlie().organization, name="charlies")

    assert "charlies" not in client.get("/settings/api-keys").content.decode()
    assert client.post(f"/settings/api-keys/{key.key_id}/revoke").status_code == 404
    assert ApiKey.authenticate(token, timezone.now()) == key


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETER])
def test_keys_are_for_those_who_manage(client: Client, role: str) -> None:
    bob = make.bob(role)
    key, _ = make.an_api_key(bob.organization)
    make.signed_in(client, bob)

    answers = [
        client.get("/settings/api-keys"),
        client.post("/settings/api-keys/create", NEW_KEY),
        client.post(f"/settings/api-keys/{key.key_id}/revoke"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert [stored.revoked_at for stored in ApiKey.objects.all()] == [None]


def test_the_list_says_what_became_of_each_key(client: Client, alice: Membership) -> None:
    make.an_api_key(alice.organization, expires_at=timezone.now())
    make.an_api_key(alice.organization)

    page = client.get("/settings/api-keys").content.decode()

    assert "Expired" in page
    assert "Active" in page


@pytest.mark.parametrize("keys", [1, 12])
def test_more_keys_cost_no_more_queries(
    client: Client, alice: Membership, keys: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(keys):
        make.an_api_key(alice.organization, created_by=alice.user)

    # session, person, seen, memberships, keys
    with django_assert_num_queries(5):
        client.get("/settings/api-keys")


def replaced(client: Client, key: ApiKey, overlap: str = "24") -> tuple[ApiKey, str, str]:
    """The new key, its token and the page that shows it."""
    page = client.post(f"/settings/api-keys/{key.key_id}/rotate", {"overlap": overlap}).text
    token = re.search(r"trl_live_[0-9a-f]+_[0-9a-f]{64}", page)[0]
    return ApiKey.objects.get(replaces=key), token, page


def test_while_a_key_is_replaced_both_open(client: Client, alice: Membership) -> None:
    key, old_token = make.an_api_key(alice.organization, ["analytics:read", "campaigns:read"], name="warehouse")

    new, token, page = replaced(client, key, "24")

    now = timezone.now()
    assert "goes on until" in page
    assert ApiKey.authenticate(token, now) == new
    assert (new.name, new.scopes, new.created_by) == ("warehouse", ["analytics:read", "campaigns:read"], alice.user)
    assert ApiKey.authenticate(old_token, now + timedelta(hours=23)) == key
    assert ApiKey.authenticate(old_token, now + timedelta(hours=25)) is None


def test_a_key_that_is_replaced_at_once_is_revoked(client: Client, alice: Membership) -> None:
    key, old_token = make.an_api_key(alice.organization)

    _, token, _ = replaced(client, key, "0")

    assert ApiKey.authenticate(old_token, timezone.now()) is None
    assert ApiKey.authenticate(token, timezone.now())


def test_replacing_a_key_never_makes_it_live_longer(client: Client, alice: Membership) -> None:
    ends_at = timezone.now() + timedelta(hours=2)
    key, _ = make.an_api_key(alice.organization, expires_at=ends_at)

    new, _, _ = replaced(client, key, "720")

    key.refresh_from_db()
    assert key.expires_at == ends_at
    assert abs(new.expires_at - timezone.now() - timedelta(hours=2)) < timedelta(minutes=1)


@pytest.mark.parametrize("why", ["revoked", "ran out", "replaced", "nonsense"])
def test_a_key_that_cannot_be_replaced_is_said_and_none_is_made(client: Client, alice: Membership, why: str) -> None:
    now = timezone.now()
    key, _ = make.an_api_key(alice.organization, expires_at=now - timedelta(days=1) if why == "ran out" else None)
    if why == "revoked":
        key.revoke(now)
    if why == "replaced":
        key.rotate(timedelta(days=1), by=alice.user, now=now)
    before = ApiKey.objects.count()

    answer = client.post(f"/settings/api-keys/{key.key_id}/rotate", {"overlap": "-5" if why == "nonsense" else "24"})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert ApiKey.objects.count() == before


def test_the_list_says_what_replaced_a_key(client: Client, alice: Membership) -> None:
    key, _ = make.an_api_key(alice.organization)
    new, token, _ = replaced(client, key)

    page = client.get("/settings/api-keys").text

    key.refresh_from_db()
    assert f"replaced by <code>{new.prefix}" in page
    assert f"until {key.expires_at:%-d %b %Y, %H:%M} UTC" in page
    assert token not in page


def test_whoever_has_no_key_yet_is_led_to_what_keys_are_for(client: Client, alice: Membership) -> None:
    assert 'href="/api/docs/">To the API docs</a>' in " ".join(client.get("/settings/api-keys").text.split())
