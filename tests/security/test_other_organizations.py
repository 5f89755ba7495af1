"""Charlie knows the keys, ids and cursors of acme, and is of another organization: for him none of it exists."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from apps.accounts.models import ApiKey, Membership
from apps.accounts.roles import Role
from apps.ingress.snowflake import click_id
from tests.accounts import make
from tests.security.addresses import path, places
from tests.security.conftest import SECRET, Acme, nothing_changed
from tests.security.rules import OURS, Who, routes_for

OF_MEMBERS = routes_for(Who.MEMBER, Who.WRITER, Who.MANAGER, Who.OWNER)
PAGES = routes_for(Who.PERSON, Who.MEMBER, Who.WRITER, Who.MANAGER, Who.OWNER, methods=("GET",), among=OURS)
NAMING = [route for route in OF_MEMBERS if places(route)]
# What these name, everybody has: clicks of any key, and a card of one's own.
OF_EVERYBODY = {"reports/link-clicks/<str:key>", "reports/breakdown/<slug:group>"}
# Of the same form as acme's, and nobody's.
NEVER_WAS = {
    "key": "never-was-this1", "key_id": "0123456789ab", "event_id": 2**63, "kind": "svg",
    "job_id": 2**31, "domain_id": 2**31, "network_id": 2**31, "view_id": 2**31, "conversion_id": 2**31,
    "upload_id": 2**31, "group": "sources", "step": "basics", "number": 1, "part": "settings",
    "draft_id": 2**31, "run_id": 2**31, "at": "policy",
    "member_id": 2**31, "invitation_id": 2**31, "endpoint_id": 2**31, "delivery_id": 2**31,
}  # fmt: skip


@pytest.fixture
def browser(client: Client, charlie: Membership) -> Client:
    return make.signed_in(client, charlie)


def text(answer: HttpResponse) -> str:
    return answer.getvalue().decode()


@pytest.mark.parametrize("route", NAMING)
def test_what_is_acmes_is_as_absent_as_what_never_was(browser: Client, acme: Acme, route: str) -> None:
    method = OURS[route][1][0]
    names = acme.names(route)

    with nothing_changed():
        theirs = browser.generic(method, path(route, names))
        nobodys = browser.generic(method, path(route, NEVER_WAS))

    absent = text(nobodys).replace(NEVER_WAS["key"], SECRET)
    assert theirs.status_code == nobodys.status_code
    assert theirs.status_code == 404 or route in OF_EVERYBODY
    assert lasting(text(theirs)) == lasting(absent)


@pytest.mark.parametrize("route", [route for route in NAMING if "POST" in OURS[route][1]])
def test_nothing_of_acmes_is_changed(browser: Client, acme: Acme, route: str) -> None:
    with nothing_changed():
        answer = browser.post(path(route, acme.names(route)), {"name": "mine", "destination": "https://evil.example"})

    assert answer.status_code == 404


@pytest.mark.parametrize("route", [route for route in PAGES if not places(route)])
def test_no_page_has_a_word_of_acme_in_it(browser: Client, route: str) -> None:
    answer = browser.get(f"/{route}", {"kinds": "all"})

    assert answer.status_code == 200
    assert SECRET not in text(answer)


def questions(acme: Acme) -> Iterator[tuple[str, dict[str, object]]]:
    """Every way to name something of acme in a query."""
    yield "/links", {"search": SECRET[:9]}
    for page in ({"format": "csv"}, {}):
        yield "/events", page | {"q": acme.event.event_id}
        yield "/events", page | {"q": acme.event.visitor_id}
        yield "/events", page | {"q": click_id(acme.event.event_id)}
        yield "/events", page | {"q": SECRET[:9]}
        yield "/events", page | {"link": acme.link.key}
        yield "/events", page | {"after": acme.cursor}


def test_no_question_is_answered_with_a_row_of_acme(browser: Client, acme: Acme) -> None:
    for address, query in questions(acme):
        asked = {str(value) for value in query.values()}
        answer = text(browser.get(address, {"kinds": "all", **query}))

        found = [row for row in answer.splitlines() if SECRET in row and not any(word in row for word in asked)]
        assert (query, found) == (query, [])
        assert f"/events/{acme.event.event_id}" not in answer


def test_the_same_questions_find_acmes_own_rows(client: Client, acme: Acme) -> None:
    """Or the test above would be content with questions that find nothing."""
    make.signed_in(client, acme.owner)

    for address, query in questions(acme):
        if str(query.get("q")) != str(acme.event.visitor_id):  # shorter than an id, so looked for as text
            assert SECRET in text(client.get(address, {"kinds": "all", **query})), query


def test_a_key_of_other_reads_nothing_of_acme(client: Client, acme: Acme, charlie: Membership) -> None:
    bearer = {"Authorization": f"Bearer {make.an_api_key(charlie.organization)[1]}"}
    lists = ({}, {"link": acme.link.key}, {"cursor": acme.cursor}, {"limit": 1000})

    answers = [client.get("/api/v1/events", query, headers=bearer) for query in lists]
    one = client.get(f"/api/v1/events/{acme.event.event_id}", headers=bearer)

    assert {answer.status_code for answer in answers} == {200}
    assert SECRET not in "".join(answer.text for answer in answers)
    assert one.status_code == 404


def test_no_parameter_chooses_the_organization_of_a_key(client: Client, acme: Acme, charlie: Membership) -> None:
    bearer = {"Authorization": f"Bearer {make.an_api_key(charlie.organization)[1]}"}

    for name in ("organization", "organization_id", "org"):
        assert client.get("/api/v1/events", {name: acme.organization.pk}, headers=bearer).status_code == 400


def test_whoever_was_removed_sees_nothing_from_then_on(client: Client, acme: Acme) -> None:
    bob = make.bob(Role.ADMIN)
    make.signed_in(client, bob)
    before = client.get("/links")

    bob.delete()

    assert SECRET in before.text
    answers = [client.generic(OURS[route][1][0], path(route, acme.names(route))) for route in OF_MEMBERS]
    assert {answer.status_code for answer in answers} == {403}
    assert not [answer for answer in answers if SECRET in answer.text]


def test_a_session_that_chose_acme_falls_back_to_what_is_left(client: Client, acme: Acme, charlie: Membership) -> None:
    guest = make.a_member(charlie.user, acme.organization, Role.VIEWER)
    make.signed_in(client, charlie).post("/organizations/switch", {"organization": acme.organization.key})
    before = client.get("/links").text

    guest.delete()

    assert SECRET in before
    assert SECRET not in client.get("/links").text


def test_a_member_of_both_sees_one_at_a_time(client: Client, acme: Acme, charlie: Membership) -> None:
    make.a_member(charlie.user, acme.organization, Role.VIEWER)
    make.signed_in(client, charlie)

    as_other = client.get(f"/events/{acme.event.event_id}").status_code
    client.post("/organizations/switch", {"organization": acme.organization.key})
    as_acme = client.get(f"/events/{acme.event.event_id}").status_code

    assert (as_other, as_acme) == (404, 200)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MARKETER])
def test_a_role_in_one_organization_is_none_in_another(
    client: Client, acme: Acme, charlie: Membership, role: Role
) -> None:
    """Charlie owns `other`; in acme he is what acme made him."""
    make.a_member(charlie.user, acme.organization, role)
    make.signed_in(client, charlie).post("/organizations/switch", {"organization": acme.organization.key})

    answer = client.post(f"/settings/api-keys/{acme.key.key_id}/revoke")

    assert answer.status_code == 403
    assert ApiKey.objects.get(pk=acme.key.pk).revoked_at is None


def test_a_key_ends_with_its_organization(client: Client, acme: Acme) -> None:
    bearer = {"Authorization": f"Bearer {acme.token}"}
    before = client.get("/api/v1/events", headers=bearer).status_code

    acme.organization.delete()

    assert (before, client.get("/api/v1/events", headers=bearer).status_code) == (200, 401)


@pytest.mark.parametrize("ended", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(1)}])
def test_a_key_that_ended_reads_nothing(client: Client, acme: Acme, ended: dict[str, object]) -> None:
    ApiKey.objects.filter(pk=acme.key.pk).update(**ended)

    for address in ("/api/v1/events", f"/api/v1/events/{acme.event.event_id}"):
        assert client.get(address, headers={"Authorization": f"Bearer {acme.token}"}).status_code == 401


def test_a_key_belongs_to_the_organization_and_outlives_who_made_it(client: Client, acme: Acme) -> None:
    bob = make.bob(Role.ADMIN)
    _, token = make.an_api_key(acme.organization, created_by=bob.user)

    bob.user.delete()

    assert client.get("/api/v1/events", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def lasting(page: str) -> str:
    """Without what is another each time: the token of a form, the number of a request."""
    return re.sub(r'"\w{64}"|[0-9a-f-]{36}', "", page)
