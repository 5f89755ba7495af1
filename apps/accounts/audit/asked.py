"""Which entries somebody asks for: the address of the page, read once."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from apps.accounts.audit.told import noun_of
from apps.accounts.audit.words import people_of
from apps.accounts.models import AuditEntry, Membership
from apps.accounts.models.audit import AuditEntryQuerySet

PAGE = 50
BIGGEST_ID = 2**63 - 1
# Far beyond them days have no midnight in every time zone, or no day after.
DAYS = (date(1990, 1, 1), date(2199, 12, 31))


class Day(forms.DateInput):
    input_type = "date"


def _validate_day(day: date) -> None:
    if not DAYS[0] <= day <= DAYS[1]:
        raise forms.ValidationError(f"Days lie between {DAYS[0].year} and {DAYS[1].year}.", code="day")


class AuditQuestion(forms.Form):
    person = forms.TypedChoiceField(label="Who", required=False, coerce=int, empty_value=None)
    thing = forms.ChoiceField(label="What", required=False)
    first = forms.DateField(
        label="From", required=False, widget=Day(attrs={"aria-label": "From this day"}), validators=[_validate_day]
    )
    last = forms.DateField(
        label="To", required=False, widget=Day(attrs={"aria-label": "To this day"}), validators=[_validate_day]
    )
    # Of one row, from the page of another entry; and after which entry the page begins.
    row = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    cursor = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST_ID, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, member: Membership) -> None:
        super().__init__(data)
        self._all = AuditEntry.objects.visible_to(member)
        self._zone = ZoneInfo(member.organization.time_zone)
        numbers = [
            number for number in self._all.order_by("user_id").values_list("user_id", flat=True).distinct() if number
        ]
        nouns = self._all.order_by("noun").values_list("noun", flat=True).distinct()
        self.fields["person"].choices = [("", "Anybody"), *people_of(numbers).items()]  # type: ignore[attr-defined]
        self.fields["thing"].choices = [("", "Anything"), *((noun, noun_of(noun)) for noun in nouns)]  # type: ignore[attr-defined]

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("person", "thing", "first", "last", "row"))

    def entries(self) -> AuditEntryQuerySet:
        """The newest first. After `is_valid`."""
        said = self.cleaned_data
        narrowed = {
            "user_id": said["person"],
            "noun": said["thing"],
            "row_id": said["row"],
            "at__gte": said["first"] and self._begin(said["first"]),
            "at__lt": said["last"] and self._begin(said["last"] + timedelta(days=1)),
            "id__lt": said["cursor"],
        }
        return self._all.filter(**{name: value for name, value in narrowed.items() if value}).order_by("-id")

    def page(self) -> tuple[list[AuditEntry], int | None]:
        """One page, and the cursor of the next one. Cost: one query."""
        found = list(self.entries()[: PAGE + 1])
        return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self._zone)
