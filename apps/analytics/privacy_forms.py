"""What people say on Settings, Privacy."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.analytics.visitor_data import UnknownVisitor, visitor_named
from apps.ingress.models import PrivacyPolicy
from apps.ingress.warehouse.errors import WarehouseUnavailable


class PolicyForm(forms.Form):
    """The two choices of a policy."""

    address = forms.ChoiceField(choices=PrivacyPolicy.AddressChoice.choices)
    signal = forms.ChoiceField(choices=PrivacyPolicy.SignalChoice.choices)


class VisitorForm(forms.Form):
    """`whose` is the organization and the number of the visitor, once it is valid."""

    visitor = forms.CharField(
        max_length=100,
        label="Visitor id or click id",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, organization_id: int) -> None:
        super().__init__(data)
        self.organization_id = organization_id

    def clean_visitor(self) -> int:
        try:
            return visitor_named(self.organization_id, self.cleaned_data["visitor"])
        except UnknownVisitor as error:
            raise ValidationError(str(error)) from error
        except WarehouseUnavailable as error:
            raise ValidationError("ClickHouse does not answer, so no click can be looked up now.") from error

    @property
    def whose(self) -> tuple[int, int]:
        return self.organization_id, self.cleaned_data["visitor"]
