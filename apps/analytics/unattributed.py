"""The Unattributed page: what its address may say, by what clicks are grouped, and the rule that would select a row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django import forms

from apps.analytics.analysis import AnalysisForm
from apps.analytics.filters import RULE
from apps.analytics.names import called
from apps.analytics.query import dimension_of
from apps.analytics.query.dimensions import LABEL
from apps.analytics.reports.unattributed import Group
from apps.analytics.tables import Cell, Column, Key, Line, Table, columns_of
from apps.ingress.rules import EVERYTHING, Every, Rule, Term, text

NO_PARAMETERS = "(no parameters)"
NAMES_MAX = 20
# Between the names of a signature; no name of a parameter that anybody uses has it.
COMMA = "\x1f"
SIGNATURE_SQL = "[arrayStringConcat(arraySort(mapKeys(parameters)), '\\x1f')]"
METRICS = ("clicks", "conversions", "revenue")
REASONS = {
    "no_key": "The address names no campaign",
    "unknown_key": "The address names one that nobody has",
    "paused": "The campaign that would have had it was paused",
    "no_rule": "No rule held",
    "before": "Stored before clicks were labelled",
    "": "It had a campaign, which was taken away",
}


@dataclass(frozen=True)
class Grouping:
    """`fields` are those of the event that make the key; none for the signature, the names of all parameters in order."""

    name: str
    label: str
    heads: tuple[str, ...]
    fields: tuple[str, ...]
    about: str = ""

    @property
    def sql(self) -> str:
        return f"[{', '.join(f'toString({field})' for field in self.fields)}]" if self.fields else SIGNATURE_SQL

    def texts(self, key: tuple[str, ...]) -> tuple[str, ...]:
        if self.fields:
            return tuple(called(*pair) for pair in zip(self.fields, key, strict=True))
        return (", ".join(key[0].split(COMMA)) or NO_PARAMETERS,)

    def rule(self, key: tuple[str, ...]) -> Rule | None:
        """What holds for the clicks of this row; of a signature that its names are there. None when those are too many."""
        if self.fields:
            terms = tuple(
                Term(field, "is", value) if value else Term(field, "is_empty")
                for field, value in zip(self.fields, key, strict=True)
            )
        elif key[0]:
            names = key[0].split(COMMA)
            terms = tuple(Term("parameters", "has", name) for name in names) if len(names) <= NAMES_MAX else ()
        else:
            terms = (Term("query", "is_empty"),)
        return (terms[0] if len(terms) == 1 else Every(terms)) if terms else None


def _by(name: str, label: str, *fields: str) -> Grouping:
    heads = tuple(found.label for field in fields if (found := dimension_of(HEADS.get(field, field))))
    return Grouping(name, label, heads, fields)


HEADS = {"referrer_domain": "referrer", "utm_campaign": "campaign", "link_key": "link"}
_ALL = (
    _by("source", "Source and medium", "source", "medium"),
    _by("referrer", "Referrer", "referrer_domain"),
    _by("channel", "Channel", "channel"),
    _by("campaign", "UTM campaign", "utm_campaign"),
    _by("landing_page", "Landing page", "landing_page"),
    _by("link", "Link", "link_key"),
    _by("campaign_key", "Campaign id", "campaign_key"),
    Grouping(
        "signature",
        "Parameters",
        ("Parameters",),
        (),
        "The names of all parameters of the address. The rule of a row asks for them, and more may be there.",
    ),
)
GROUPINGS = {grouping.name: grouping for grouping in _ALL}


class UnattributedForm(AnalysisForm):
    """`group` on top of what every report is asked."""

    page = "analytics:unattributed"

    group = forms.ChoiceField(
        choices=[(grouping.name, grouping.label) for grouping in _ALL],
        required=False,
        label="Group by",
        error_messages={"invalid_choice": "There is no such grouping."},
    )

    @property
    def grouping(self) -> Grouping:
        return GROUPINGS[self.cleaned_data.get("group") or _ALL[0].name]

    @property
    def groupings(self) -> list[tuple[str, str, str, bool]]:
        """Name, words, address and whether it is on."""
        return [(each.name, each.label, self.changed(group=each.name), each is self.grouping) for each in _ALL]

    @property
    def events_query(self) -> str:
        """Single clicks without a campaign."""
        return f"{super().events_query}&{urlencode({LABEL: 'none'})}"

    def narrowed_to(self, key: tuple[str, ...]) -> str:
        """The address of the page narrowed to a row; empty when it cannot be."""
        if self.grouping.fields:
            return self.narrowed(dict(zip(self.grouping.fields, key, strict=True)))
        rule = self.grouping.rule(key)
        return urlencode([*self.pairs(), (RULE, text(rule))]) if rule else ""

    def claim_query(self, key: tuple[str, ...]) -> str:
        """What the page that names clicks is told of a row: the rule and the days; empty when no rule can be given."""
        rule = self.grouping.rule(key)
        if rule is None:
            return ""
        return self.claimed(rule if self.rule == EVERYTHING else Every((self.rule, rule)))


@dataclass(frozen=True)
class Unexplained:
    """A row: its keys with their addresses, its numbers, and how to make a campaign of it. Moments are None without clicks."""

    line: Line
    points: tuple[int, ...]
    first_at: datetime | None
    last_at: datetime | None
    claim_query: str

    @property
    def moments(self) -> tuple[datetime | None, datetime | None]:
        return self.first_at, self.last_at


def rows_of(
    groups: list[Group], form: UnattributedForm, currency: str, names: Callable[[str], str], *, has_money: bool
) -> list[Unexplained]:
    """`names` says what a link is called."""
    return [
        Unexplained(
            Line(_keys(group, form, names), _cells(group, currency, has_money=has_money)),
            group.points,
            group.first_at if group.has_clicks else None,
            group.last_at if group.has_clicks else None,
            form.claim_query(group.key),
        )
        for group in groups
    ]


def table_of(rows: list[Unexplained], form: UnattributedForm, currency: str, edition: int, *, has_money: bool) -> Table:
    """For a file: moments are keys, as ISO writes them."""
    lines = tuple(
        Line((*row.line.keys, *(Key(at.isoformat() if at else "") for at in row.moments)), row.line.cells)
        for row in rows
    )
    heads = (*form.grouping.heads, "First click", "Last click")
    return Table(heads, shown_columns(currency, has_money=has_money), lines, edition=edition)


def shown_columns(currency: str, *, has_money: bool) -> tuple[Column, ...]:
    return columns_of(METRICS if has_money else METRICS[:1], currency)


def _keys(group: Group, form: UnattributedForm, names: Callable[[str], str]) -> tuple[Key, ...]:
    address, texts = form.narrowed_to(group.key), form.grouping.texts(group.key)
    if form.grouping.fields == ("link_key",) and (name := names(group.key[0])):
        return (Key(name, group.key[0], address, note=group.key[0]),)
    return tuple(Key(said, value, address) for said, value in zip(texts, group.key, strict=True))


def _cells(group: Group, currency: str, *, has_money: bool) -> tuple[Cell, ...]:
    values: tuple[int | Decimal, ...] = (group.clicks, group.conversions, group.revenue)
    columns = shown_columns(currency, has_money=has_money)
    return tuple(Cell(value, column.unit) for value, column in zip(values, columns, strict=False))
