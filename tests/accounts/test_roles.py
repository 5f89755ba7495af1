"""Who may do what."""

import pytest

from apps.accounts.roles import Role, may


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        (Role.VIEWER, {"read"}),
        (Role.MARKETER, {"read", "write"}),
        (Role.ADMIN, {"read", "write", "manage"}),
        (Role.OWNER, {"read", "write", "manage"}),
    ],
)
def test_each_role_has_its_verbs_and_no_other(role: Role, verbs: set[str]) -> None:
    assert {verb for verb in ("read", "write", "manage") if may(role, verb)} == verbs


@pytest.mark.parametrize(("role", "verb"), [("owner", "delete"), ("janitor", "read"), ("owner", "")])
def test_an_unknown_role_or_verb_is_an_error_not_a_no(role: str, verb: str) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        may(role, verb)
