"""Every address of the pages and the API keeps to its rule. The addresses come from Django's own table, the rules from ours.

One test walks all addresses it is about, and names those that break the rule.
"""

import pytest
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.test import Client, RequestFactory

from apps.accounts import access
from apps.accounts.api import HasScope
from apps.accounts.models import Membership
from apps.accounts.roles import Role, Scope
from tests.accounts import make
from tests.security.addresses import path, places, routes, views
from tests.security.conftest import Acme, nothing_changed
from tests.security.rules import ALLOWED, ASKS, BOTH, OPENS, OURS, POST, PROGRAMS, RULES, Who, routes_for

OF_PEOPLE = [route for route in RULES if RULES[route][0] not in (Who.ANYBODY, *PROGRAMS)]
OF_MEMBERS = routes_for(Who.MEMBER, Who.WRITER, Who.MANAGER, Who.OWNER)
OF_STAFF = routes_for(Who.STAFF, Who.PERMITTED)
OF_PROGRAMS = routes_for(*PROGRAMS)
# What a key with one scope may ask by the first method of the address.
OPENED = {
    Scope.ANALYTICS_READ: {Who.PROGRAM},
    Scope.CAMPAIGNS_READ: {Who.READING_PROGRAM, Who.KEEPING_PROGRAM},
    Scope.CAMPAIGNS_WRITE: {Who.WRITING_PROGRAM},
    Scope.TRAFFIC_WRITE: set(),
    Scope.SETTINGS_WRITE: {Who.SETTING_PROGRAM},
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Walker:
    """Somebody with a browser who asks for acme's things by their right names."""

    def __init__(self, acme: Acme, browser: Client) -> None:
        self.acme, self.browser = acme, browser

    def asks(self, route: str, method: str = "", **headers: str) -> HttpResponse:
        """The answer to the first method of the rule, or to this one."""
        address = path(route, self.acme.names(route))
        return self.browser.generic(method or RULES[route][1][0], address, headers=headers)  # type: ignore[return-value]

    def ends_at(self, route: str) -> int:
        """The status of the page that looking there leads to."""
        return self.browser.get(path(route, self.acme.names(route)), follow=True).status_code


@pytest.fixture
def walker(acme: Acme, client: Client) -> Walker:
    return Walker(acme, client)


def sent_to_sign_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(("/accounts/login/", "/admin/login/"))


def with_every_permission(member: Membership) -> Membership:
    member.user.is_staff = member.user.is_superuser = True
    member.user.save()
    return member


def test_every_address_has_a_rule() -> None:
    assert set(routes()) - RULES.keys() == set(), "who may ask this? Give each a line in tests/security/rules.py"


def test_every_rule_has_an_address() -> None:
    assert RULES.keys() - set(routes()) == set()


def test_every_page_of_ours_asks_for_the_verb_of_its_rule() -> None:
    """Written on the view itself, so that it holds for whatever a request may contain."""
    expected = {who: verb.value for who, verb in ASKS.items()}
    expected |= {Who.STAFF: access.STAFF, Who.PERSON: access.SIGNED_IN, Who.ANYBODY: ""}
    of_pages = {route: who for route, (who, _) in OURS.items() if who not in PROGRAMS}

    wrong = {route for route, who in of_pages.items() if getattr(views()[route], "asks_for", "") != expected[who]}

    assert wrong == set()


def test_every_address_of_the_api_asks_for_the_scope_of_its_rule() -> None:
    wrong = [
        (each, method) for each in OF_PROGRAMS for method in RULES[each][1] if not asks_for_its_scope(each, method)
    ]

    assert wrong == []


def asks_for_its_scope(route: str, method: str) -> bool:
    view = views()[route].cls()  # type: ignore[attr-defined]
    view.request = RequestFactory().generic(method, "/")
    reading, writing = OPENS[RULES[route][0]]
    guarded = any(issubclass(permission, HasScope) for permission in view.permission_classes)
    return guarded and view.required_scope == (reading if method == "GET" else writing)


@pytest.mark.parametrize("method", BOTH)
def test_a_stranger_is_sent_to_sign_in(walker: Walker, method: str) -> None:
    with nothing_changed():
        wrong = [route for route in OF_PEOPLE if not sent_to_sign_in(walker.asks(route, method))]

    assert wrong == []


@pytest.mark.parametrize("method", METHODS)
def test_a_program_without_a_key_is_refused(walker: Walker, method: str) -> None:
    assert {walker.asks(route, method).status_code for route in OF_PROGRAMS} == {401}


@pytest.mark.parametrize("role", Role)
def test_a_member_may_what_the_role_may(walker: Walker, role: Role) -> None:
    make.signed_in(walker.browser, make.bob(role))

    refused = {route for route in OF_MEMBERS if walker.asks(route).status_code == 403}

    assert refused == {route for route in OF_MEMBERS if role not in ALLOWED[RULES[route][0]]}


def test_a_viewer_changes_nothing(walker: Walker) -> None:
    make.signed_in(walker.browser, make.bob(Role.VIEWER))

    with nothing_changed():
        answers = {route: walker.asks(route, "POST") for route in OF_PEOPLE if RULES[route][0] is not Who.PERSON}

    assert [route for route in OF_STAFF if route in OURS and answers[route].status_code != 403] == []
    assert [route for route in OF_MEMBERS if answers[route].status_code not in (403, 405)] == []


def test_an_owner_is_not_staff(walker: Walker) -> None:
    make.signed_in(walker.browser, walker.acme.owner)

    wrong = [route for route in OF_STAFF if walker.ends_at(route) != 403]

    assert wrong == []


def test_staff_need_permission_for_the_model(walker: Walker) -> None:
    make.signed_in(walker.browser, make.a_user("trainee@example.com", is_staff=True))

    # An app of which nothing is permitted is not there at all.
    wrong = [route for route in routes_for(Who.PERMITTED) if walker.ends_at(route) not in (403, 404)]

    assert wrong == []


def test_staff_who_may_view_may_not_change(walker: Walker) -> None:
    trainee = make.a_user("trainee@example.com", is_staff=True)
    trainee.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    make.signed_in(walker.browser, trainee)

    with nothing_changed():
        for route in routes_for(Who.PERMITTED, methods=POST):
            walker.asks(route, "POST")


def test_a_person_without_an_organization_sees_none(walker: Walker) -> None:
    make.signed_in(walker.browser, make.a_user())

    assert {walker.asks(route).status_code for route in OF_MEMBERS} == {403}


def test_looking_changes_nothing_even_when_everything_is_permitted(walker: Walker) -> None:
    make.signed_in(walker.browser, with_every_permission(walker.acme.owner))
    key = f"Bearer {walker.acme.token}"

    with nothing_changed():
        answers = {route: walker.asks(route, "GET", Authorization=key).status_code for route in RULES}

    assert [route for route, status in answers.items() if status >= 500] == []


def test_an_address_knows_its_methods_only(walker: Walker) -> None:
    make.signed_in(walker.browser, with_every_permission(walker.acme.owner))
    key = f"Bearer {walker.acme.token}"

    wrong = [
        (route, method)
        for route in OURS
        for method in {*METHODS} - {*OURS[route][1]}
        if walker.asks(route, method, Authorization=key).status_code != 405
    ]

    # Prometheus' own view answers the same whatever the method is.
    assert [address for address in wrong if address[0] != "metrics"] == []


def test_a_form_of_another_site_is_refused(walker: Walker) -> None:
    walker.browser = make.signed_in(Client(enforce_csrf_checks=True), with_every_permission(walker.acme.owner))
    # A program brings its key along; no other site can.
    forms = [route for route, (who, methods) in RULES.items() if "POST" in methods and who not in PROGRAMS]

    with nothing_changed():
        wrong = [r for r in forms if walker.asks(r, "POST", Origin="https://evil.example").status_code != 403]

    assert wrong == []


@pytest.mark.parametrize("scope", Scope)
def test_a_key_opens_what_its_scope_says(walker: Walker, scope: str) -> None:
    _, token = make.an_api_key(walker.acme.organization, [scope])

    refused = {route for route in OF_PROGRAMS if walker.asks(route, Authorization=f"Bearer {token}").status_code == 403}

    assert refused == {route for route in OF_PROGRAMS if RULES[route][0] not in OPENED[scope]}


def test_a_key_that_reads_does_not_write(walker: Walker) -> None:
    _, token = make.an_api_key(walker.acme.organization, [Scope.CAMPAIGNS_READ])
    kept = [(route, method) for route in routes_for(Who.KEEPING_PROGRAM) for method in RULES[route][1][1:]]

    assert {walker.asks(*each, Authorization=f"Bearer {token}").status_code for each in kept} == {403}


def test_a_session_does_not_open_the_api(walker: Walker) -> None:
    make.signed_in(walker.browser, walker.acme.owner)

    assert {walker.asks(route).status_code for route in OF_PROGRAMS} == {401}


def test_a_key_opens_no_page(walker: Walker) -> None:
    key = f"Bearer {walker.acme.token}"

    wrong = [route for route in OF_PEOPLE if not sent_to_sign_in(walker.asks(route, Authorization=key))]

    assert wrong == []


def test_the_places_of_an_address_are_found_and_filled() -> None:
    assert places("links/<slug:key>/qr.<slug:kind>") == ["key", "kind"]
    assert path("a/^b/(?P<key>[-:\\w]+)/$", {"key": "k"}) == "/a/b/k/"
