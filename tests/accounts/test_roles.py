"""Who may do what."""

import itertools

import pytest

from apps.accounts.roles import STANDING, TABLE, Role, Scope, Verb, may, may_give, may_hold, verb_of


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        (Role.VIEWER, {"read"}),
        (Role.MARKETER, {"read", "write"}),
        (Role.ADMIN, {"read", "write", "manage"}),
        (Role.OWNER, {"read", "write", "manage", "own"}),
    ],
)
def test_each_role_has_its_verbs_and_no_other(role: Role, verbs: set[str]) -> None:
    assert {verb for verb in Verb if may(role, verb)} == verbs


@pytest.mark.parametrize(("role", "verb"), [("owner", "delete"), ("janitor", "read"), ("owner", "")])
def test_an_unknown_role_or_verb_is_an_error_not_a_no(role: str, verb: str) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        may(role, verb)


def test_the_table_has_each_verb_and_each_role_once() -> None:
    assert list(TABLE) == list(Verb)
    assert sorted(STANDING) == sorted(Role)


@pytest.mark.parametrize(
    ("scope", "verb"),
    [
        (Scope.ANALYTICS_READ, Verb.READ),
        (Scope.CAMPAIGNS_READ, Verb.READ),
        (Scope.CAMPAIGNS_WRITE, Verb.WRITE),
        (Scope.TRAFFIC_WRITE, Verb.WRITE),
        (Scope.SETTINGS_WRITE, Verb.MANAGE),
    ],
)
def test_a_scope_opens_one_verb(scope: Scope, verb: Verb) -> None:
    assert verb_of(scope) == verb
    assert [verb for verb, permission in TABLE.items() if scope in permission.scopes] == [verb]


def test_every_scope_stands_in_the_table() -> None:
    assert {scope for permission in TABLE.values() for scope in permission.scopes} == set(Scope)


def test_one_scope_lets_a_program_manage_and_none_lets_it_own() -> None:
    assert TABLE[Verb.MANAGE].scopes == {Scope.SETTINGS_WRITE}
    assert not TABLE[Verb.OWN].scopes


def test_a_role_above_may_all_that_one_below_may() -> None:
    for above, below in itertools.pairwise(STANDING):
        assert {verb for verb in Verb if may(below, verb)} < {verb for verb in Verb if may(above, verb)}


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        (Role.VIEWER, {"analytics:read", "campaigns:read"}),
        (Role.MARKETER, {*Scope} - {Scope.SETTINGS_WRITE}),
        (Role.ADMIN, {*Scope}),
        (Role.OWNER, {*Scope}),
    ],
)
def test_nobody_holds_a_scope_for_what_their_role_may_not_do(role: Role, scopes: set[str]) -> None:
    assert {scope for scope in Scope if may_hold(role, scope)} == scopes


@pytest.mark.parametrize(
    ("giver", "roles"),
    [
        (Role.OWNER, {"owner", "admin", "marketer", "viewer"}),
        (Role.ADMIN, {"admin", "marketer", "viewer"}),
        (Role.MARKETER, set()),
        (Role.VIEWER, set()),
    ],
)
def test_nobody_gives_a_role_above_their_own(giver: Role, roles: set[str]) -> None:
    assert {role for role in Role if may_give(giver, role)} == roles
