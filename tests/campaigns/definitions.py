"""Definitions at random: every kind of condition, cap, date and weight."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from apps.campaigns import definition
from apps.campaigns.definition import BadDefinition, Of, Per
from apps.campaigns.definition.document import moment
from tests.ingress.rules.strategies import documents

Strategy = st.SearchStrategy[Any]
ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe")
NAMES = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
# Clocks are put back in Berlin on 25 October 2026 at 01:00 UTC.
MOMENTS = st.none() | st.integers(0, 2 * 86_400).map(
    lambda seconds: moment(datetime(2026, 10, 24, tzinfo=UTC) + timedelta(seconds=seconds))
)
DATES = st.fixed_dictionaries({"starts_at": MOMENTS, "ends_at": st.none()})
LIMITS = st.integers(1, 10**12)
KINDS_OF_CAP = [(of.value, per.value) for of in Of for per in Per]
CAPS = st.dictionaries(st.sampled_from(KINDS_OF_CAP), LIMITS, max_size=4).map(
    lambda found: [{"of": of, "per": per, "limit": limit} for (of, per), limit in found.items()]
)
DESTINATIONS = (11, 12, 13)
SHARES = st.dictionaries(st.sampled_from(DESTINATIONS), st.integers(1, 1_000_000), max_size=3).map(
    lambda found: [{"destination": number, "weight": weight} for number, weight in found.items()]
)
PARAMETERS = st.lists(st.sampled_from(["sub1", "sub2", "gclid", "é", "a b"]), unique=True, max_size=4).flatmap(
    lambda names: st.tuples(*(_parameter(name) for name in names)).map(list)
)


@st.composite
def definitions(draw: st.DrawFn) -> Any:
    """Documents as they are stored."""
    rules = st.lists(_rule(), max_size=2)
    document = {
        **draw(_settings()),
        "destinations": [{"id": n, "url": "https://shop.example/", **draw(_destination())} for n in DESTINATIONS],
        "rules": [{"id": n, **rule} for n, rule in enumerate(draw(rules), 1)],
    }
    try:
        return definition.dump(definition.stored(document))
    except BadDefinition:
        reject()


def _parameter(name: str) -> Strategy:
    said = [
        {"name": name, "do": "forward", "as": ""},
        {"name": name, "do": "private", "as": ""},
        {"name": name, "do": "rename", "as": f"{name}_"},
    ]
    return st.sampled_from(said)


def _settings() -> Strategy:
    return st.fixed_dictionaries(
        {
            "zone": st.sampled_from(ZONES), "sticky": st.sampled_from(["visitor", "address"]), "starts_at": MOMENTS,
            "caps": CAPS, "fallback": SHARES, "membership": st.none(),
            "parameters": st.fixed_dictionaries({"others": st.sampled_from(["drop", "forward"]), "named": PARAMETERS}),
        }
    )  # fmt: skip


def _rule() -> Strategy:
    said = {"name": NAMES, "when": documents(), "paused": st.booleans(), "caps": CAPS, "to": SHARES}
    return st.builds(lambda rule, dates: {**rule, **dates}, st.fixed_dictionaries(said), DATES)


def _destination() -> Strategy:
    return st.fixed_dictionaries({"name": NAMES, "paused": st.booleans(), "caps": CAPS})
