"""What every template may say: numbers and times as people read them, icons, the navigation, form controls."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from structlog.contextvars import get_contextvars

register = template.Library()

SUFFIXES = ("", "K", "M", "B", "T")
SPARKLINE_WIDTH, SPARKLINE_HEIGHT = 100, 28
STEPS = ((60, "s", 1), (3600, "min", 60), (86_400, "h", 3600), (86_400 * 60, "d", 86_400))


@register.filter
def short_number(value: float | None) -> str:
    """`12345` as `12.3K`; whole below a thousand, at most one decimal above; a dash when there is no number."""
    if value is None:
        return "–"
    size, step = abs(value), 0
    while round(size, 1 if step else 0) >= 1000 and step < len(SUFFIXES) - 1:
        size, step = size / 1000, step + 1
    digits = f"{size:.1f}".removesuffix(".0") if step else f"{size:.4g}"
    return f"{'-' if value < 0 else ''}{digits}{SUFFIXES[step]}"


@register.filter
def full_number(value: float | None) -> str:
    """Every digit, thousands apart: `12,345`."""
    return "–" if value is None else f"{value:,}"


@register.filter
def percent(share: float | None) -> str:
    """A share of one as `12.3%`; one decimal below ten percent, whole from a hundred on."""
    if share is None or not math.isfinite(share):
        return "–"
    value = abs(share) * 100
    digits = f"{value:.0f}" if value >= 100 else f"{value:.1f}".removesuffix(".0")
    return f"{'-' if share < 0 and digits != '0' else ''}{digits}%"


@register.filter
def times(change: float) -> str:
    """A large change as a multiple: 20 more of each one is `21 times`."""
    return f"{short_number(change + 1)} times"


@register.filter
def magnitude(value: float | None) -> float | None:
    """The number without its sign, for sentences whose words already say more or less."""
    return None if value is None else abs(value)


@register.filter
def ago(at: datetime | None, now: datetime | None = None) -> str:
    """How long ago, in the largest unit that fits: `12 s ago`, `3 h ago`; `just now` also for a clock that is ahead."""
    if at is None:
        return "never"
    seconds = ((now or timezone.now()) - at).total_seconds()
    if seconds < 5:
        return "just now"
    for limit, unit, size in STEPS:
        if seconds < limit:
            return f"{int(seconds // size)} {unit} ago"
    return at.astimezone(UTC).strftime("%-d %b %Y")


@register.simple_tag
def moment(at: datetime | None) -> str:
    """A `<time>` that reads as `ago` and shows the exact second, in UTC, on hover."""
    if at is None:
        return "never"
    exact = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', exact.isoformat(), exact.strftime("%-d %b %Y %H:%M:%S UTC"), ago(at)
    )


@register.inclusion_tag("_sparkline.html")
def sparkline(points: Sequence[float]) -> dict[str, object]:
    """The shape of a series as inline SVG, oldest first; fewer than two points draw nothing."""
    if len(points) < 2:
        return {"line": ""}
    top, step = max(*points, 1), SPARKLINE_WIDTH / (len(points) - 1)
    heights = ((SPARKLINE_HEIGHT - 2) * (1 - max(point, 0) / top) + 1 for point in points)
    line = " ".join(f"{index * step:.1f},{height:.1f}" for index, height in enumerate(heights))
    return {"line": line, "width": SPARKLINE_WIDTH, "height": SPARKLINE_HEIGHT}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A Tabler icon out of the sprite; the build collects the names it finds in templates."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("icons.svg"),
        name,
    )


@register.inclusion_tag("_nav_item.html", takes_context=True)
def nav_item(context: Context, name: str, label: str, icon: str, keys: str = "") -> dict[str, object]:
    """One line of the navigation; nothing is drawn for a page that does not exist (yet)."""
    try:
        href = reverse(name)
    except NoReverseMatch:
        return {"href": ""}
    path = getattr(context.get("request"), "path", "")
    inside = href != "/" and path.startswith(href.rstrip("/") + "/")
    current = "page" if path == href else "true" if inside else ""
    return {"href": href, "label": label, "icon": icon, "keys": keys, "current": current}


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The field's widget with Tabler's class and the `_field.html` ids it is described by."""
    return field.as_widget(attrs={"class": f"{field.field.widget.attrs.get('class', '')} {_css(field)}".strip()})


def _css(field: BoundField) -> str:
    invalid = " is-invalid" if field.errors else ""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return f"form-check-input{invalid}"
    return f"form-select{invalid}" if isinstance(widget, Select) else f"form-control{invalid}"


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.simple_tag
def request_id() -> str:
    """The id this request has in the logs; empty outside a request. Works where the 500 page has no context."""
    return str(get_contextvars().get("request_id", ""))


@register.simple_tag
def version() -> str:
    return str(getattr(settings, "TRELLIS_VERSION", ""))
