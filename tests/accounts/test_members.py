"""Settings, Members: roles are changed, members removed, and some leave. Nobody reaches above themselves, and an owner stays."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from apps.accounts import members
from apps.accounts.members import NotAllowed
from apps.accounts.models import Membership, User
from apps.accounts.roles import Role
from tests.accounts import make

pytestmark = pytest.mark.django_db
KEEPS_AN_OWNER = "An organization keeps an owner"


@pytest.fixture
def alice(client: Client) -> Membership:
    alice = make.alice()
    make.signed_in(client, alice)
    return alice


def role_of(member: Membership) -> str:
    return Membership.objects.filter(pk=member.pk).values_list("role", flat=True).first() or ""


def test_everybody_sees_who_works_here_and_as_what(client: Client) -> None:
    make.alice()
    make.charlie()
    make.signed_in(client, make.bob(Role.VIEWER))

    page = client.get("/settings/members").text

    assert "alice@example.com" in page
    assert "Owner" in page
    assert "charlie@example.com" not in page
    assert "Send invitation" not in page


def test_an_owner_changes_a_role(client: Client, alice: Membership) -> None:
    bob = make.bob(Role.VIEWER)

    answer = client.post(f"/settings/members/{bob.pk}/role", {"role": "admin"}, follow=True)

    assert role_of(bob) == Role.ADMIN
    assert "Bob Byrd is admin now." in answer.text


@pytest.mark.parametrize("role", ["janitor", "", "OWNER"])
def test_a_role_that_does_not_exist_is_not_given(client: Client, alice: Membership, role: str) -> None:
    bob = make.bob(Role.VIEWER)

    answer = client.post(f"/settings/members/{bob.pk}/role", {"role": role})

    assert (answer.status_code, role_of(bob)) == (422, Role.VIEWER)


@pytest.mark.parametrize(("had", "wanted"), [(Role.VIEWER, Role.OWNER), (Role.OWNER, Role.VIEWER)])
def test_an_admin_neither_makes_nor_unmakes_an_owner(client: Client, had: Role, wanted: Role) -> None:
    alice = make.alice()
    dana = make.a_member(make.a_user(), alice.organization, had)
    make.signed_in(client, make.bob(Role.ADMIN))

    answer = client.post(f"/settings/members/{dana.pk}/role", {"role": wanted})

    assert (answer.status_code, role_of(dana)) == (422, had)


def test_an_admin_does_not_remove_an_owner(client: Client) -> None:
    dana = make.a_member(make.a_user(), make.alice().organization, Role.OWNER)
    make.signed_in(client, make.bob(Role.ADMIN))

    answer = client.post(f"/settings/members/{dana.pk}/remove")

    assert "Nobody can remove somebody whose role is above their own." in answer.text
    assert role_of(dana) == Role.OWNER


def test_whoever_is_removed_is_out_at_once(client: Client, alice: Membership) -> None:
    bob = make.bob(Role.ADMIN)
    browser = make.signed_in(Client(), bob)

    client.post(f"/settings/members/{bob.pk}/remove")

    assert role_of(bob) == ""
    assert browser.get("/settings/members").status_code == 403


@pytest.mark.parametrize(
    "deed",
    [
        lambda alice: members.remove(alice, by=alice),
        lambda alice: members.give_role(alice, Role.ADMIN, by=alice),
        members.leave,
    ],
)
def test_the_last_owner_stays_one(alice: Membership, deed: Callable[[Membership], None]) -> None:
    make.bob(Role.ADMIN)

    with pytest.raises(NotAllowed, match=KEEPS_AN_OWNER):
        deed(alice)

    assert role_of(alice) == Role.OWNER


def test_an_owner_who_was_switched_off_is_none_to_leave_it_to(alice: Membership) -> None:
    bob = make.bob(Role.OWNER)
    User.objects.filter(pk=bob.user_id).update(is_active=False)

    with pytest.raises(NotAllowed, match=KEEPS_AN_OWNER):
        members.leave(alice)


def test_of_two_owners_one_may_leave(client: Client, alice: Membership) -> None:
    make.bob(Role.OWNER)

    answer = client.post("/organizations/leave", {"organization": "acme"}, follow=True)

    assert role_of(alice) == ""
    assert "not in an organization yet" in answer.text


def test_the_last_owner_is_told_why_they_cannot_leave(client: Client, alice: Membership) -> None:
    answer = client.post("/organizations/leave", {"organization": "acme"}, follow=True)

    assert KEEPS_AN_OWNER in answer.text


def test_one_leaves_only_where_one_is(client: Client, alice: Membership) -> None:
    make.charlie()

    assert client.post("/organizations/leave", {"organization": "other"}).status_code == 404
    assert client.post("/organizations/leave").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays() -> None:
    owners = [make.alice(), make.bob(Role.OWNER)]
    ready, refused = threading.Barrier(2), []

    def leaving(member: Membership) -> None:
        ready.wait()
        try:
            members.leave(member)
        except NotAllowed as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=leaving, args=[owner]) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert Membership.objects.filter(role=Role.OWNER).count() == 1


@pytest.mark.parametrize("changed", [{"role": Role.VIEWER}, {"role": Role.MARKETER}])
def test_whoever_was_demoted_while_the_page_was_open_changes_nothing(
    alice: Membership, changed: dict[str, str]
) -> None:
    bob, dana = make.bob(Role.ADMIN), make.a_member(make.a_user(), alice.organization, Role.VIEWER)
    Membership.objects.filter(pk=bob.pk).update(**changed)

    for deed in (lambda: members.remove(dana, by=bob), lambda: members.give_role(dana, Role.ADMIN, by=bob)):
        with pytest.raises(NotAllowed):
            deed()

    assert role_of(dana) == Role.VIEWER


def test_a_member_of_another_organization_is_not_there(client: Client, alice: Membership) -> None:
    charlie = make.charlie()

    answers = [client.post(f"/settings/members/{charlie.pk}/{deed}", {"role": "viewer"}) for deed in ("role", "remove")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert role_of(charlie) == Role.OWNER


def test_the_page_says_who_made_keys_that_go_on(client: Client, alice: Membership) -> None:
    bob = make.bob(Role.ADMIN)
    make.an_api_key(alice.organization, created_by=bob.user)
    make.an_api_key(make.charlie().organization, created_by=bob.user)

    assert "made 1 API key<" in client.get("/settings/members").text


def test_a_longer_list_asks_no_more_questions(
    client: Client, alice: Membership, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client.get("/settings/members")
    for _ in range(9):
        make.a_member(make.a_user(), alice.organization, Role.VIEWER)

    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        client.get("/settings/members")
