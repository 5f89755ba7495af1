"""What people type about who works with them."""

from typing import Any

from django import forms

from apps.accounts.models import Membership
from apps.accounts.roles import Role, may_give


def roles_of(giver: Membership) -> list[tuple[str, str]]:
    """The roles a member may give, the lowest first."""
    return [(role.value, str(role.label)) for role in reversed(Role) if may_give(giver.role, role)]


class NewInvitation(forms.Form):
    email = forms.EmailField(max_length=254, label="E-mail address")
    role = forms.ChoiceField(help_text="It can be changed later.")

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_of(by)  # type: ignore[attr-defined]


class ChangedRole(forms.Form):
    role = forms.ChoiceField()

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_of(by)  # type: ignore[attr-defined]
