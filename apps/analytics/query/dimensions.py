"""What numbers can be grouped by: fields of the event, and the clock."""

from calendar import day_name
from dataclasses import dataclass
from functools import lru_cache

from apps.ingress.rules import FIELDS, Every, Rule, Term, Type

# Between the fields of a dimension that has several, in a key and in the roll-up.
SEPARATOR = "\x1f"
PARAMETER = "parameter:"
# No field of the event: the campaign in the ledger, as of an edition.
LABEL = "attributed_campaign"


@dataclass(frozen=True)
class Dimension:
    """`fields` are those of the event that make the key, the widest first; empty for the clock."""

    name: str
    label: str
    fields: tuple[str, ...]

    @property
    def is_clock(self) -> bool:
        return not self.fields

    def text(self, value: str) -> str:
        """A value of a row's key for people, the narrowest first: `Munich, BY, DE`; `14:00`; `Monday`; empty stays empty."""
        if self.name == "hour_of_day":
            return f"{value}:00"
        if self.name == "weekday":
            return day_name[int(value) - 1]
        return ", ".join(part for part in reversed(self.parts(value)) if part)

    def parts(self, value: str) -> list[str]:
        """What each field has. The last one is a stranger's word as a rule, and may have the separator in it."""
        return value.split(SEPARATOR, max(len(self.fields) - 1, 0))

    def rule(self, value: str) -> Rule | None:
        """What holds for the events of this row, to narrow a page to it; None for the clock and the label, which are no fields."""
        if self.is_clock or self.name == LABEL:
            return None
        terms = tuple(_term(field, part) for field, part in zip(self.fields, self.parts(value), strict=True))
        return terms[0] if len(terms) == 1 else Every(terms)


def is_number(field: str) -> bool:
    """Whether the event holds a number, 0 where there is nothing; a key says it in digits, and nothing as every other."""
    return field == LABEL or (field in FIELDS and FIELDS[field].type is Type.NUMBER)


def _term(field: str, part: str) -> Term:
    if is_number(field):
        return Term(field, "is", int(part)) if part else Term(field, "is_empty")
    return Term(field, "is", part)


def _named(name: str, label: str, *fields: str) -> Dimension:
    return Dimension(name, label, fields or (name,))


_ALL = (
    _named("channel", "Channel"),
    _named("source", "Source"),
    _named("medium", "Medium"),
    _named("campaign", "UTM campaign", "utm_campaign"),
    _named("term", "UTM term", "utm_term"),
    _named("content", "UTM content", "utm_content"),
    _named("campaign_key", "Campaign id", "campaign_key"),
    _named("referrer", "Referrer", "referrer_domain"),
    _named("ad_network", "Ad network"),
    _named("link", "Link", "link_key"),
    _named("landing_page", "Landing page"),
    _named("country", "Country"),
    _named("region", "Region", "country", "region"),
    _named("region_name", "Region name", "country", "region_name"),
    _named("city", "City", "country", "region", "city"),
    _named("language", "Language"),
    _named("device", "Device", "device_type"),
    _named("brand", "Brand", "device_brand"),
    _named("model", "Model", "device_brand", "device_model"),
    _named("os", "System"),
    _named("browser", "Browser"),
    _named("network", "Network", "as_name"),
    _named("kind", "Kind"),
    _named(LABEL, "Campaign, attributed"),
    _named("routed_campaign", "Campaign", "routed_campaign_id"),
    _named("routed_version", "Version"),
    _named("rule", "Rule", "rule_id"),
    _named("destination", "Destination", "destination_id"),
    Dimension("hour_of_day", "Hour of the day", ()),
    Dimension("weekday", "Weekday", ()),
)
DIMENSIONS: dict[str, Dimension] = {dimension.name: dimension for dimension in _ALL}


@lru_cache(maxsize=1024)
def dimension_of(name: str) -> Dimension | None:
    """The dimension of this name; `parameter:NAME` is the first value of a parameter of the request. None when there is none."""
    if name.startswith(PARAMETER) and (parameter := name.removeprefix(PARAMETER)):
        return Dimension(name, f"Parameter {parameter}", (f"parameters.{parameter}",))
    return DIMENSIONS.get(name)
