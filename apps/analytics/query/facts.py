"""The tables that are asked, what each can count, and which columns each knows."""

from dataclasses import dataclass

from apps.analytics.query.dimensions import LABEL
from apps.ingress.event import FIELDS
from apps.ingress.labelling import Label

# Estimates of the same visitors are the same from events and from the roll-up, in whatever order they are put together.
UNIQ = "uniqCombined64"
PRECISION = 13

CLICKS = ("clicks", "visitors", "bots")
# How many more visitors there are among the other events cannot be told from some of them.
SAMPLED = ("clicks", "bots")
COUNTS = ("conversions", "sales", "rejected")
MONEY = ("revenue", "pending", "cost")

COST_COLUMNS = frozenset(
    """
    source medium channel utm_campaign utm_content utm_term campaign_key link_key country device_type ad_network landing_page
    """.split()
)


@dataclass(frozen=True)
class Fact:
    """`label` begins the sentence that says why it cannot answer."""

    table: str
    label: str
    measures: frozenset[str]
    columns: frozenset[str]


EVENTS = Fact("events", "Clicks", frozenset(CLICKS), frozenset((*FIELDS, LABEL)))
CONVERSIONS = Fact(
    "conversions",
    "Conversions",
    frozenset((*COUNTS, *MONEY)),
    frozenset((*FIELDS, LABEL))
    - {*Label._fields, "headers", "withheld_headers", "stored_at", "retention_days", "privacy"},
)
# Costs are uploaded for days, and stand at noon.
COSTS = Fact("costs", "Costs", frozenset({"cost"}), COST_COLUMNS)
FACTS = (EVENTS, CONVERSIONS, COSTS)


def nothing(measure: str) -> str:
    """The SQL of a measure where there is nothing to count."""
    if measure == "visitors":
        return f"{UNIQ}StateIf({PRECISION})(toUInt64(0), 0)"
    return "toDecimal128(0, 4)" if measure in MONEY else "toInt64(0)"


def merged(measure: str) -> str:
    """Of several parts one, which can be merged again."""
    column = f"p.m_{measure}"
    return f"{UNIQ}MergeState({PRECISION})({column})" if measure == "visitors" else f"sum({column})"


def merged_if(measure: str, condition: str) -> str:
    column = f"p.m_{measure}"
    if measure == "visitors":
        return f"{UNIQ}MergeStateIf({PRECISION})({column}, {condition})"
    return f"sumIf({column}, {condition})"


def summed(measure: str, suffix: str = "", *, condition: str = "") -> str:
    """Of all parts, or of those for which the condition holds, the number at last."""
    column = f"p.m_{measure}{suffix}"
    name, precision = (f"{UNIQ}Merge", f"({PRECISION})") if measure == "visitors" else ("sum", "")
    return f"{name}If{precision}({column}, {condition})" if condition else f"{name}{precision}({column})"


def told(measure: str, number: str) -> str:
    """Money as text, which keeps every digit."""
    return f"toString({number})" if measure in MONEY else number


def counted(measure: str, people: bool) -> str:
    """Of single events."""
    if measure == "visitors":
        return f"{UNIQ}StateIf({PRECISION})(visitor_id, visitor_id != 0 AND {_kind(measure, people)})"
    return f"toInt64(countIf({_kind(measure, people)}))"


def counted_before(measure: str, people: bool) -> str:
    """Of rows of the roll-up, which are counts already."""
    if measure == "visitors":
        return f"{UNIQ}MergeStateIf({PRECISION})(visitors, {_kind(measure, people)})"
    return f"toInt64(sumIf(clicks, {_kind(measure, people)}))"


def posted(measure: str, people: bool) -> str:
    """Of entries of the ledger, which have a sign."""
    return counted(measure, people) if measure == "visitors" else f"toInt64(sumIf(sign, {_kind(measure, people)}))"


def kept(measure: str) -> str:
    """Of rows of the roll-up that all count, for whoever puts them together."""
    return "visitors" if measure == "visitors" else f"toInt64({measure})"


def _kind(measure: str, people: bool) -> str:
    if measure == "bots":
        return "kind = 'bot'"
    return "kind = 'human'" if people else "1"
