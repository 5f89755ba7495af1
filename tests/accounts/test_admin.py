"""Staff's room: who gets in, what is never shown there, and what the actions do."""

from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import ApiKey, Domain, Membership, Organization, User
from tests.accounts import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LISTS = ["user", "organization", "domain", "membership", "apikey"]


@pytest.fixture
def staff(client: Client) -> Client:
    return make.signed_in(client, make.staff())


def populate() -> None:
    alice = make.alice()
    make.a_domain(alice.organization, "example.com")
    make.an_api_key(alice.organization)


def act(client: Client, model: str, action: str, *rows: object) -> str:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(f"/admin/accounts/{model}/", chosen, follow=True).content.decode()


@pytest.mark.parametrize("model", LISTS)
def test_staff_can_list_and_search(staff: Client, model: str) -> None:
    populate()

    answer = staff.get(f"/admin/accounts/{model}/", {"q": "a..b"})

    assert answer.status_code == 200
    assert staff.get(f"/admin/accounts/{model}/", {"q": "acme"}).status_code == 200


@pytest.mark.parametrize("kind", [User, Organization, Domain, Membership, ApiKey])
def test_staff_can_open_every_row_and_sees_no_secret(staff: Client, kind: type[User]) -> None:
    populate()
    row = kind.objects.order_by("pk").last()

    page = staff.get(f"/admin/accounts/{kind._meta.model_name}/{row.pk}/change/").content.decode()

    assert str(row) in page.replace("&#x27;", "'")
    assert Organization.objects.get(key="acme").link_secret not in page
    assert ApiKey.objects.get().secret_hash not in page


@pytest.mark.parametrize("model", ["user", "organization", "domain", "membership"])
def test_staff_can_open_the_forms_for_new_rows(staff: Client, model: str) -> None:
    assert staff.get(f"/admin/accounts/{model}/add/").status_code == 200


def test_keys_are_not_made_in_the_admin_where_no_token_is_shown(staff: Client) -> None:
    assert staff.get("/admin/accounts/apikey/add/").status_code == 403


def test_the_secret_of_a_second_factor_is_not_shown(staff: Client) -> None:
    factor = Authenticator.objects.create(user=make.alice().user, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})

    page = staff.get(f"/admin/mfa/authenticator/{factor.pk}/change/").content.decode()

    assert "alice@example.com" in page
    assert "JBSWY3DPEHPK3PXP" not in page


def test_staff_takes_a_lost_second_factor_away(staff: Client) -> None:
    factor = Authenticator.objects.create(user=make.alice().user, type="totp", data={})

    staff.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})

    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("model", LISTS)
def test_an_owner_is_not_staff(client: Client, model: str) -> None:
    make.signed_in(client, make.alice())

    assert client.get(f"/admin/accounts/{model}/").status_code == 302
    assert client.get("/admin/login/").status_code == 403


@pytest.mark.parametrize("model", LISTS)
def test_staff_without_the_permission_sees_nothing(client: Client, model: str) -> None:
    make.signed_in(client, make.a_user(is_staff=True))

    assert client.get(f"/admin/accounts/{model}/").status_code == 403


def test_staff_makes_a_person(staff: Client) -> None:
    new = {
        "email": "Dana@Example.com",
        "usable_password": "true",
        "password1": make.PASSWORD,
        "password2": make.PASSWORD,
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }

    staff.post("/admin/accounts/user/add/", new)

    assert User.objects.get(email="dana@example.com").check_password(make.PASSWORD)


def test_staff_verifies_a_domain(staff: Client) -> None:
    domain = make.a_domain(make.an_organization(), "example.com")

    page = act(staff, "domain", "mark_verified", domain)

    domain.refresh_from_db()
    assert domain.verified_at is not None
    assert "Example.com is verified." in page


def test_a_domain_somebody_has_is_reported_and_the_others_go_on(staff: Client) -> None:
    make.a_domain(make.an_organization("acme"), "taken.example.com", verified_at=NOW)
    claim = make.a_domain(make.an_organization("other"), "taken.example.com")
    free = make.a_domain(make.an_organization("other"), "free.example.com")

    page = act(staff, "domain", "mark_verified", claim, free)

    assert "Taken.example.com is verified for another organization." in page
    assert set(Domain.objects.filter(organization__key="other", verified_at=None)) == {claim}


def test_verifying_again_keeps_the_first_moment(staff: Client) -> None:
    domain = make.a_domain(make.an_organization(), verified_at=NOW)

    act(staff, "domain", "mark_verified", domain)

    domain.refresh_from_db()
    assert domain.verified_at == NOW


def test_staff_revokes_a_key(staff: Client) -> None:
    key, token = make.an_api_key(make.an_organization())

    act(staff, "apikey", "revoke", key)

    assert ApiKey.authenticate(token, NOW) is None


@pytest.mark.parametrize("model", ["domain", "membership", "apikey"])
def test_longer_lists_cost_no_more_queries(
    staff: Client, model: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        organization = make.an_organization()
        make.a_domain(organization, f"n{number}.example.com")
        make.a_member(make.a_user(), organization)
        make.an_api_key(organization)

    with django_assert_max_num_queries(9):
        staff.get(f"/admin/accounts/{model}/")
