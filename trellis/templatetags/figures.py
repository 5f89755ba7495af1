"""Numbers with their unit: a `count`, a `share` of one, a `ratio`, or `money:EUR`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_compact_currency, format_currency
from django import template

from trellis.templatetags.trellis import full_number, percent, short_number

register = template.Library()
Number = int | float | Decimal

LOCALE = "en"
# Less than a cent is what a click earns: two decimals would say nothing.
SMALL = "¤#,##0.000;-¤#,##0.000"
EXACT = "¤#,##0.00##;-¤#,##0.00##"


@register.filter
def in_short(value: Number | None, unit: str = "count") -> str:
    """As it stands in a table: `12.3K`, `4.2%`, `€12.3K`; a dash when there is none."""
    if value is None:
        return "–"
    kind, _, currency = unit.partition(":")
    if kind == "money":
        return _short_money(value, currency)
    return percent(float(value)) if kind == "share" else short_number(float(value))


@register.filter
def in_full(value: Number | None, unit: str = "count") -> str:
    """Every digit: `12,345`, `4.1952%`, `€12,345.67`; a dash when there is none."""
    if value is None:
        return "–"
    kind, _, currency = unit.partition(":")
    if kind == "money":
        return str(format_currency(value, currency, EXACT, locale=LOCALE, currency_digits=False))
    return f"{float(value):.4%}" if kind == "share" else full_number(value)  # type: ignore[arg-type]


def _short_money(value: Number, currency: str) -> str:
    size = abs(float(value))
    if size >= 1000:
        return str(format_compact_currency(value, currency, locale=LOCALE, fraction_digits=1))
    if 0 < size < 1:
        return str(format_currency(value, currency, SMALL, locale=LOCALE, currency_digits=False))
    return str(format_currency(value, currency, locale=LOCALE))


@register.filter
def signed_percent(share: float | None) -> str:
    """A change: `+12%`, `-3.4%`, `±0%`; nothing when there is none."""
    if share is None:
        return ""
    said = percent(share)
    return said if said.startswith("-") else f"±{said}" if said == "0%" else f"+{said}"


@register.filter
def chart_lines(chart: Mapping[str, Any]) -> list[tuple[str, str, list[Number | None]]]:
    """The chart as rows of the table beside it: label, where it leads (or nowhere), and the value of every series there."""
    labels = chart["labels"]
    links = chart.get("links") or [""] * len(labels)
    rows = zip(*(series["values"] for series in chart["series"]), strict=True)
    return [(label, link, [*values]) for label, link, values in zip(labels, links, rows, strict=True)]
