"""The report of one campaign: what of the address narrows it, its figures, and what its rules and destinations are called."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import Http404
from django.utils import timezone

from apps.accounts.access import MemberRequest
from apps.accounts.models import Membership
from apps.analytics.addresses import address_of
from apps.analytics.analysis import OverviewForm
from apps.analytics.breakdowns import Breakdown
from apps.analytics.counting import By, ByField
from apps.analytics.given_names import naming_given
from apps.analytics.kpis import NO_COST, Kpi
from apps.analytics.page import Question, query_of
from apps.analytics.query import METRICS, Answer, Dimension, Number, Query, dated
from apps.analytics.tables import Naming, unit_of
from apps.campaigns.models import Campaign

ASKED = ("clicks", "visitors", "conversions", "conversion_rate", "revenue", "epc")
OF_MONEY = {"conversions", "conversion_rate", "revenue", "epc"}
OF_COSTS = ("cost", "profit", "roi")
# Nobody knows them by single clicks: `costs_of` asks by links.
METRIC_CHOICES = [(name, METRICS[name].label) for name in (*ASKED, "bots")]

_ALL = (
    Breakdown("destinations", "Destinations and rules", ("destination", "rule", "routed_version")),
    Breakdown("routing", "What routed them", ("routed_campaign",)),
    Breakdown("places", "Countries", ("country", "region", "city")),
    Breakdown("devices", "Devices", ("device", "os", "browser", "language")),
    Breakdown("sources", "Sources", ("link", "channel", "source", "campaign")),
)
BREAKDOWNS = {breakdown.key: breakdown for breakdown in _ALL}
# Clicks that others routed went to destinations of theirs, by their rules.
NOT_SHOWN = {By.ATTRIBUTED: "destinations", By.ROUTED: "routing"}


def breakdown_of(key: str) -> Breakdown:
    """Errors: Http404."""
    if key not in BREAKDOWNS:
        raise Http404("no such breakdown")
    return BREAKDOWNS[key]


class CampaignForm(OverviewForm):
    """The address of a campaign's Performance tab."""

    def __init__(self, query: Any, **kwargs: Any) -> None:
        super().__init__(query, **kwargs)
        self.fields["metric"].choices = METRIC_CHOICES  # type: ignore[attr-defined]
        self.fields["by"] = ByField()
        self.usual_by = By.ROUTED

    def settle(self, *campaigns: Campaign) -> None:
        """Which clicks count when the address does not say: attributed ones when that is usual for any of them. Cost: a query."""
        usual = By.usual(*campaigns).values()
        self.usual_by = By.ATTRIBUTED if By.ATTRIBUTED in usual else By.ROUTED

    @property
    def counted_by(self) -> By:
        return By(self.cleaned_data.get("by") or self.usual_by)

    @property
    def query_without_by(self) -> str:
        return urlencode(self.pairs("by"))

    @property
    def breakdowns(self) -> dict[str, Breakdown]:
        return {key: card for key, card in BREAKDOWNS.items() if key != NOT_SHOWN[self.counted_by]}

    def explored(self, dimension: str, metrics: tuple[str, ...]) -> str:
        """`by` of Explore are its dimensions."""
        asked = [("by", dimension), *(("metric", name) for name in metrics)]
        return urlencode([*self.pairs("metric", "interval", "by"), *asked])


AnyForm = TypeVar("AnyForm", bound=CampaignForm)


def asked_of(request: MemberRequest, form_class: type[AnyForm], *campaigns: Campaign) -> Question[AnyForm]:
    """The question of these campaigns' page."""
    question = Question.read(request, form_class, now=timezone.now())
    question.form.settle(*campaigns)
    return question


def query_for(
    question: Question[CampaignForm],
    campaign: Campaign,
    metrics: tuple[str, ...],
    by: tuple[str, ...] = (),
    **more: Any,
) -> Query:
    """What the address asks, of this campaign's clicks alone. Errors: BadQuery."""
    query = query_of(question, metrics, by, **more)
    return dated(question.warehouse, question.form.counted_by.narrowed(query, campaign))


def explored(form: CampaignForm, campaign: Campaign, dimension: str, metrics: tuple[str, ...]) -> str:
    """The address of Explore that asks the same of this campaign."""
    return f"{form.explored(dimension, metrics)}&{urlencode({form.counted_by.field: campaign.pk})}"


def kpis_of(found: Answer, spent: Decimal, form: CampaignForm, currency: str, *, has_money: bool) -> list[Kpi]:
    """The figures of a campaign: those of the answer, which has an interval, and what follows from what was spent."""
    shown = ASKED if has_money else tuple(name for name in ASKED if name not in OF_MONEY)
    kpis = [
        _kpi(
            name,
            found.totals.values[name],
            currency,
            points=[float(row.values[name] or 0) for row in found.rows],
            change=found.totals.change(name),
            query=form.changed(metric=name),
            chosen=name == form.chosen_metric,
        )
        for name in shown
    ]
    if not has_money:
        return kpis
    revenue = Decimal(str(found.totals.values["revenue"] or 0))
    values: Mapping[str, Number] = {
        "cost": spent,
        "profit": revenue - spent,
        "roi": float((revenue - spent) / spent) if spent else None,
    }
    return [*kpis, *(_kpi(name, values[name], currency, unknown=name != "profit" and not spent) for name in OF_COSTS)]


def naming(campaign: Campaign, member: Membership, found: Answer) -> Naming:
    """Rules, destinations, links and campaigns under the names people gave them. Cost: as `naming_given`."""
    given = naming_given(member, found)
    rules, destinations = names_in(campaign.draft, "rules"), names_in(campaign.draft, "destinations")

    def named(dimension: Dimension, key: str) -> str:
        match dimension.fields:
            case ("rule_id",):
                return (
                    "No rule: the campaign's own destinations"
                    if key in ("", "0")
                    else rules.get(key, f"Rule {key}, removed")
                )
            case ("destination_id",):
                return "None" if key in ("", "0") else destinations.get(key, f"Destination {key}, removed")
            case ("routed_version",):
                return f"Version {key}"
        return given(dimension, key)

    return named


def names_in(document: Mapping[str, Any], part: str) -> dict[str, str]:
    """What the rules or destinations of a definition are called, by their numbers."""
    return {str(each["id"]): str(each["name"]) for each in document.get(part, ())}


def _kpi(
    name: str,
    value: Number,
    currency: str,
    *,
    points: list[float] | None = None,
    change: float | None = None,
    query: str = "",
    chosen: bool = False,
    unknown: bool = False,
) -> Kpi:
    metric = METRICS[name]
    return Kpi(
        name,
        metric.label,
        unit_of(name, currency),
        value,
        points or [],
        change,
        metric.lower_is_better,
        query,
        chosen,
        NO_COST if unknown else "",
        address_of("attribution:costs") if unknown else "",
    )
