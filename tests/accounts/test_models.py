"""What the tables refuse whoever writes to them, and the verbs of people and organizations."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection

from apps.accounts.founding import found_organization
from apps.accounts.models import ApiKey, Membership, Organization, User
from apps.accounts.roles import Role
from tests.accounts import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_person_is_stored_in_lower_case_and_found_in_any() -> None:
    user = make.a_user("Alice@Example.com")

    assert user.email == "alice@example.com"
    assert User.objects.get_by_natural_key("ALICE@example.com") == user


def test_the_table_refuses_an_address_in_capitals_from_anybody() -> None:
    make.a_user("alice@example.com")

    with pytest.raises(IntegrityError, match="user_email_lower_case"), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET email = 'Alice@example.com'")


def test_one_address_is_one_person() -> None:
    make.a_user("alice@example.com")

    with pytest.raises(IntegrityError, match="email"):
        make.a_user("ALICE@example.com")


def test_a_person_without_a_password_cannot_sign_in_with_one() -> None:
    assert not User.objects.create_user("alice@example.com").has_usable_password()


def test_a_person_is_a_member_of_an_organization_once() -> None:
    member = make.alice()

    with pytest.raises(IntegrityError, match="membership_once"):
        make.a_member(member.user, member.organization, Role.VIEWER)


def test_a_role_that_does_not_exist_cannot_be_stored() -> None:
    with pytest.raises(IntegrityError, match="membership_role_known"):
        make.a_member(make.a_user(), make.an_organization(), "janitor")


@pytest.mark.parametrize("scopes", [[], ["everything"], ["analytics:read", "everything"]])
def test_a_key_has_scopes_and_only_known_ones(scopes: list[str]) -> None:
    with pytest.raises(IntegrityError, match="api_key_scopes_known"):
        ApiKey.issue(make.an_organization(), name="export", scopes=scopes)


def test_two_organizations_may_claim_a_domain_but_one_has_it() -> None:
    make.a_domain(make.an_organization("acme"), "example.com", verified_at=NOW)
    claim = make.a_domain(make.an_organization("other"), "example.com")

    with pytest.raises(IntegrityError, match="domain_verified_once"):
        claim.verify(NOW)


def test_a_domain_stands_on_an_organizations_list_once() -> None:
    make.a_domain(make.an_organization("acme"), "example.com")

    with pytest.raises(IntegrityError, match="domain_once_per_organization"):
        make.a_domain(make.an_organization("acme"), "example.com")


def test_founding_makes_the_person_the_owner() -> None:
    member = found_organization("Acme & Söhne", make.a_user())

    assert (member.organization.key, member.role) == ("acme-sohne", Role.OWNER)


def test_organizations_of_one_name_have_different_keys() -> None:
    first, second = (found_organization("Acme", make.a_user()).organization for _ in range(2))

    assert first.key == "acme"
    assert second.key.startswith("acme-")


@pytest.mark.parametrize("name", ["日本", "!!!", "_", "x" * 120])
def test_any_name_gives_a_key_the_field_accepts(name: str) -> None:
    organization = found_organization(name, make.a_user()).organization

    organization.full_clean()


def test_every_organization_signs_with_a_secret_of_its_own() -> None:
    secrets = {make.an_organization().link_secret for _ in range(3)}

    assert {len(secret) for secret in secrets} == {64}
    assert len(secrets) == 3


def test_the_oldest_membership_comes_first() -> None:
    person = make.a_user()
    organizations = [make.an_organization("zebra"), make.an_organization("ant")]
    for organization in organizations:
        make.a_member(person, organization)

    assert [member.organization for member in Membership.objects.of(person)] == organizations


def test_names_fall_back_to_the_address() -> None:
    assert str(make.a_user("x@example.com")) == "x@example.com"
    assert make.a_user("y@example.com").get_full_name() == "y@example.com"
    assert make.alice().user.get_short_name() == "Alice"
    assert str(Organization(name="Acme")) == "Acme"
