"""Which two versions are compared."""

from typing import Any

from django import forms

NUMBER_MAX = 2**31 - 1


class Pair(forms.Form):
    """`from` and `to` of the address, the earlier one first whichever way round they were chosen."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        for name, label in (("from", "Compare version"), ("to", "with version")):
            self.fields[name] = forms.IntegerField(required=False, min_value=1, max_value=NUMBER_MAX, label=label)

    @property
    def is_asked(self) -> bool:
        return bool(self.cleaned_data["from"] and self.cleaned_data["to"])

    @property
    def numbers(self) -> tuple[int, int]:
        first, second = self.cleaned_data["from"], self.cleaned_data["to"]
        return min(first, second), max(first, second)
