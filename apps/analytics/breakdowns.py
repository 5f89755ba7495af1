"""The cards of the overview that say of what the traffic consists: their tabs and columns."""

from dataclasses import dataclass

from django.http import Http404

from apps.analytics.analysis import AnalysisForm
from apps.analytics.query import DIMENSIONS


@dataclass(frozen=True)
class Breakdown:
    """A card with a tab for each dimension. `of_all_kinds` counts every kind, whatever the switch says."""

    key: str
    title: str
    tabs: tuple[str, ...]
    has_map: bool = False
    of_all_kinds: bool = False
    about: str = ""


_ALL = (
    Breakdown("sources", "Sources", ("channel", "source", "medium", "campaign", "referrer")),
    Breakdown("links", "Links and landing pages", ("link", "landing_page")),
    Breakdown("places", "Places", ("country", "region", "city"), has_map=True),
    Breakdown("devices", "Devices", ("device", "os", "browser", "language")),
    Breakdown(
        "kinds",
        "Kinds of requests",
        ("kind",),
        of_all_kinds=True,
        about="Every kind is kept; only people count unless you ask for all.",
    ),
)
BREAKDOWNS = {breakdown.key: breakdown for breakdown in _ALL}
# What moves is looked for in these.
MOVERS = ("source", "campaign", "country", "landing_page")


def breakdown_of(key: str) -> Breakdown:
    """Errors: Http404."""
    if key not in BREAKDOWNS:
        raise Http404("no such breakdown")
    return BREAKDOWNS[key]


def tab_of(tabs: tuple[str, ...], asked: str) -> str:
    """The tab asked for, the first one when there is none of that name."""
    return asked if asked in tabs else tabs[0]


def tabs_of(tabs: tuple[str, ...], chosen: str, form: AnalysisForm) -> list[tuple[str, str, str, bool]]:
    """Name, words, address and whether it is on."""
    labels = {name: DIMENSIONS[name].label for name in tabs}
    return [(name, labels[name], f"{form.query}&tab={name}", name == chosen) for name in tabs]


def metrics_of(metric: str, *, has_money: bool) -> tuple[str, ...]:
    """The columns of a card: the metric that is looked at first, then what goes with it."""
    usual = ("clicks", "visitors", "conversions", "revenue") if has_money else ("clicks", "visitors")
    return tuple(dict.fromkeys((metric, *usual)))[: max(len(usual), 2)]
