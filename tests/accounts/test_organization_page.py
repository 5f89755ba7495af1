"""The settings of an organization: who sees them, who changes them, what is refused."""

import pytest
from django.test import Client

from apps.accounts.models import Membership, Organization
from apps.accounts.roles import Role
from tests.accounts import make

pytestmark = pytest.mark.django_db
SETTINGS = {
    "name": "Acme Ltd",
    "time_zone": "Pacific/Auckland",
    "retention_days": "90",
    "default_destination": "https://example.com/?c={click_id}",
    "safe_url": "",
}


def change(client: Client, **settings: str) -> tuple[int, str]:
    answer = client.post("/settings/change", SETTINGS | settings)
    return answer.status_code, answer.content.decode()


@pytest.fixture
def alice(client: Client) -> Membership:
    alice = make.alice()
    make.signed_in(client, alice)
    return alice


@pytest.mark.usefixtures("alice")
def test_an_owner_changes_the_settings(client: Client) -> None:
    status, _ = change(client)

    stored = Organization.objects.get(key="acme")
    assert status == 302
    assert (stored.name, stored.time_zone, stored.retention_days) == ("Acme Ltd", "Pacific/Auckland", 90)


def test_a_change_moves_the_time_of_change(client: Client, alice: Membership) -> None:
    change(client)

    assert Organization.objects.get().updated_at > alice.organization.updated_at


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "This field is required"),
        ("time_zone", "Mars/Olympus", "Select a valid choice"),
        ("retention_days", "-1", "greater than or equal to 0"),
        ("retention_days", "99999", "less than or equal to 36500"),
        ("safe_url", "javascript:alert(1)", "begins with https://"),
        ("default_destination", "ftp://example.com", "begins with https://"),
    ],
)
@pytest.mark.usefixtures("alice")
def test_what_makes_no_sense_is_refused_beside_its_field(client: Client, field: str, value: str, says: str) -> None:
    status, page = change(client, **{field: value})

    assert status == 422
    assert says in page
    assert Organization.objects.get(key="acme").retention_days == 730


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETER])
def test_others_see_the_settings_but_cannot_change_them(client: Client, role: str) -> None:
    make.alice()
    make.signed_in(client, make.bob(role))

    page = client.get("/settings").content.decode()

    assert "Owners and admins of the organization can change this" in page
    assert change(client)[0] == 403
    assert Organization.objects.get(key="acme").name == "Acme"


def test_an_admin_may_what_an_owner_may(client: Client) -> None:
    make.signed_in(client, make.bob(Role.ADMIN))

    assert change(client)[0] == 302


@pytest.mark.usefixtures("alice")
def test_a_change_reaches_no_other_organization(client: Client) -> None:
    make.charlie()

    change(client, key="other", id="2", organization="other")

    assert Organization.objects.get(key="other").name == "Other"


@pytest.mark.usefixtures("alice")
def test_the_link_secret_is_on_no_page(client: Client) -> None:
    secret = Organization.objects.get(key="acme").link_secret

    assert secret not in client.get("/settings").content.decode()
