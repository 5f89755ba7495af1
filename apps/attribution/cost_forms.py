"""What people type about a file of costs: the file, and what its columns mean."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from apps.accounts.currencies import CURRENCIES
from apps.attribution.cost_file import MAX_BYTES, Table
from apps.attribution.cost_mapping import LABELS, MEANINGS, REQUIRED, BadReading, Reading

DAY_FIRST = [("day", "3/4/2026 is the third of April"), ("month", "3/4/2026 is the fourth of March")]


class CostFile(forms.Form):
    file = forms.FileField(
        label="File",
        help_text="CSV of any kind: commas, semicolons or tabs, any encoding. One row a day and campaign, or finer.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size and file.size > MAX_BYTES:
            raise ValidationError(f"The file is larger than {MAX_BYTES // 1024**2} MB. Split it, by month for example.")
        return file


class Columns(forms.Form):
    """Which column means what: a field for each meaning, named `column_…`."""

    def __init__(self, data: Any, *, table: Table, reading: Reading) -> None:
        super().__init__(data)
        places = [
            ("", "not in the file"),
            *((str(at), name or f"column {at + 1}") for at, name in enumerate(table.header)),
        ]
        for meaning in MEANINGS:
            place = reading.columns.get(meaning)
            self.fields[f"column_{meaning}"] = forms.ChoiceField(
                choices=places,
                required=meaning in REQUIRED,
                initial="" if place is None else str(place),
                label=LABELS[meaning],
                error_messages={"required": "Say which column it is."},
            )
        self.fields["days"] = forms.ChoiceField(
            choices=DAY_FIRST, initial="day" if reading.day_first else "month", label="Days are written so that"
        )
        self.fields["currency"] = forms.ChoiceField(
            choices=[("", "The organization's"), *((code, f"{code} {name}") for code, name in CURRENCIES.items())],
            initial=reading.currency,
            required=False,
            label="Currency of rows that name none",
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            places = {meaning: said[f"column_{meaning}"] for meaning in MEANINGS}
            columns = {meaning: int(place) for meaning, place in places.items() if place}
            try:
                self.reading = Reading.load(
                    {"columns": columns, "day_first": said["days"] == "day", "currency": said["currency"]}
                )
            except BadReading as error:
                raise ValidationError(str(error)) from error
        return said
