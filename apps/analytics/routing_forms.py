"""What the panels about routing are asked."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from apps.analytics.forms import ReportForm
from apps.analytics.routing.traced import stored_click
from apps.analytics.routing.tried import Visit
from apps.analytics.span import Choice
from apps.campaigns.builder.conditions import Condition
from apps.campaigns.models import Campaign
from apps.ingress.answer import is_tracked
from apps.ingress.event import Event
from apps.ingress.rules import BadRule, Rule, parse
from apps.ingress.warehouse.reader import Warehouse

CONDITION = re.compile(r"when[0-9.]{0,60}")
YEARS = (2000, 2200)
ADDRESS_MAX_CHARS = 4_000
NOT_A_LINK = "This is not the address of a link of this campaign."
NOT_A_CLICK = "There is no such click."


class DryRunForm(ReportForm):
    """Last week, unless other days are asked for."""

    default_span = Choice.WEEK


class RuleForm:
    """A condition as it is being typed. `trouble` says why it is none yet; then `rule` is None.

    Which traffic is a campaign's is asked of everything there is.
    """

    def __init__(self, data: QueryDict) -> None:
        self.rule: Rule | None = None
        self.is_of_everything = "by" in data
        self.trouble = ""
        try:
            self.rule = parse(Condition.read(_texts(data), "when").document())
        except BadRule as error:
            self.trouble = error.sentence


class ValueForm:
    """One condition while a value of it is typed: `name` is that of its fields, the outermost where it is none."""

    def __init__(self, data: QueryDict) -> None:
        name = data.get("name", "")
        self.name = name if CONDITION.fullmatch(name) else "when"
        condition = Condition.read(_texts(data), self.name)
        self.field = condition.field.removesuffix(".")
        self.key = condition.key
        self.typed = condition.more if f"{self.name}.more" in data else condition.value


class LocalMoment(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", attrs={"step": "60"})


class TestBox(forms.Form):
    """A request to try. `click` names a stored one instead; then the rest is what that click was."""

    __test__ = False

    url = forms.CharField(
        max_length=ADDRESS_MAX_CHARS,
        label="Address",
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
    )
    ip = forms.GenericIPAddressField(label="Address of the visitor", required=False)
    agent = forms.CharField(max_length=2_000, required=False, label="User agent", strip=False)
    language = forms.CharField(max_length=200, required=False, label="Accept-Language")
    at = forms.DateTimeField(required=False, label="When", widget=LocalMoment)
    click = forms.IntegerField(required=False, min_value=1, max_value=2**64 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, campaign: Campaign, warehouse: Warehouse, agent: str, now: datetime) -> None:
        """`agent` is that of who asks."""
        self.zone = ZoneInfo(campaign.draft["zone"])
        self.keys = {link.key: link.url for link in campaign.links.order_by("pk")}
        local = now.astimezone(self.zone)
        initial = {
            "url": next(iter(self.keys.values()), ""),
            "agent": agent,
            "language": "en",
            "at": local.strftime("%Y-%m-%dT%H:%M"),
        }
        super().__init__(data if "url" in data or "click" in data else None, initial=initial)
        self.warehouse, self.now = warehouse, now
        self.event: Event | None = None
        self.fields["at"].help_text = f"On the clock of {self.zone}. Empty: now."
        self.fields["url"].required = not (self.is_bound and self.data.get("click"))

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        try:
            path = urlsplit(url).path
        except ValueError as error:
            raise ValidationError(NOT_A_LINK, code="link") from error
        if url and (not is_tracked(path.encode("utf-8", "replace")) or path[4:] not in self.keys):
            raise ValidationError(NOT_A_LINK, code="link")
        return url

    def clean_at(self) -> datetime:
        """The moment on the campaign's clock; none is now."""
        at: datetime | None = self.cleaned_data["at"]
        if at is None:
            return self.now
        if not YEARS[0] <= at.year < YEARS[1]:
            raise ValidationError(f"Years from {YEARS[0]} to {YEARS[1]} can be tried.", code="year")
        return at.replace(tzinfo=self.zone).astimezone(UTC)

    def clean_click(self) -> int | None:
        number: int | None = self.cleaned_data["click"]
        if number is not None:
            self.event = stored_click(self.warehouse, number)
            if self.event is None:
                raise ValidationError(NOT_A_CLICK, code="click")
        return number

    @property
    def visit(self) -> Visit:
        if self.event:
            return Visit.stored(self.event, self.keys)
        said = self.cleaned_data
        return Visit.made_up(
            said["url"], user_agent=said["agent"], ip=said["ip"], at=said["at"], language=said["language"]
        )


def _texts(data: QueryDict) -> dict[str, str]:
    return {name: str(data.get(name)) for name in data}
