"""What can be counted: measures that are summed in ClickHouse, and what is computed of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

# Money is kept to the hundredth of a cent; what one click earns may be far less than a cent.
EPC_PLACES = Decimal("0.000001")


class Unit(StrEnum):
    """COUNT is int; SHARE and RATIO are float, 0.12 is 12 % (a ratio may be negative or above 1); MONEY is Decimal."""

    COUNT = "count"
    SHARE = "share"
    RATIO = "ratio"
    MONEY = "money"


@dataclass(frozen=True)
class Metric:
    """`measures` is what has to be summed, `of` computes the metric of it, `sql` does the same for the order of rows."""

    name: str
    label: str
    unit: Unit
    about: str
    measures: tuple[str, ...]
    of: Callable[[Mapping[str, Any]], int | float | Decimal | None]
    sql: str
    lower_is_better: bool = False


def _sum(name: str, label: str, unit: Unit, about: str, *, lower_is_better: bool = False) -> Metric:
    return Metric(name, label, unit, about, (name,), lambda found: found[name], name, lower_is_better)


def _conversion_rate(found: Mapping[str, Any]) -> float | None:
    return found["conversions"] / found["clicks"] if found["clicks"] else None


def _profit(found: Mapping[str, Any]) -> Decimal:
    profit: Decimal = found["revenue"] - found["cost"]
    return profit


def _roi(found: Mapping[str, Any]) -> float | None:
    return float((found["revenue"] - found["cost"]) / found["cost"]) if found["cost"] else None


def _epc(found: Mapping[str, Any]) -> Decimal | None:
    return (found["revenue"] / found["clicks"]).quantize(EPC_PLACES) if found["clicks"] else None


_ALL = (
    _sum("clicks", "Clicks", Unit.COUNT, "Requests on tracked links; of people unless all kinds are counted."),
    _sum("visitors", "Visitors", Unit.COUNT, "Browsers, each once in a row. Estimated where there are many."),
    _sum("bots", "Bots", Unit.COUNT, "Requests of the kind bot, whatever kinds are counted.", lower_is_better=True),
    _sum("conversions", "Conversions", Unit.COUNT, "Leads, sales and rebills that stand."),
    _sum("sales", "Sales", Unit.COUNT, "Sales and rebills that stand."),
    _sum("rejected", "Rejected", Unit.COUNT, "Conversions that were rejected.", lower_is_better=True),
    Metric(
        "conversion_rate",
        "Conversion rate",
        Unit.SHARE,
        "Conversions for each click.",
        ("conversions", "clicks"),
        _conversion_rate,
        "conversions / nullIf(clicks, 0)",
    ),
    _sum("revenue", "Revenue", Unit.MONEY, "Payouts of sales and rebills that stand."),
    _sum("pending", "Pending", Unit.MONEY, "Payouts of leads that are neither sold nor rejected."),
    _sum("cost", "Cost", Unit.MONEY, "Costs that were uploaded, and those that postbacks name.", lower_is_better=True),
    Metric("profit", "Profit", Unit.MONEY, "Revenue less cost.", ("revenue", "cost"), _profit, "revenue - cost"),
    Metric(
        "roi",
        "ROI",
        Unit.RATIO,
        "Profit for each unit of cost.",
        ("revenue", "cost"),
        _roi,
        "toFloat64(revenue - cost) / nullIf(toFloat64(cost), 0)",
    ),
    Metric(
        "epc",
        "EPC",
        Unit.MONEY,
        "Earnings per click: revenue for each click.",
        ("revenue", "clicks"),
        _epc,
        "toFloat64(revenue) / nullIf(clicks, 0)",
    ),
)
METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
