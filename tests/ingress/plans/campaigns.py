"""Campaigns and requests at random, made so that rules often hold."""

from typing import Any

from hypothesis import strategies as st

from apps.ingress.capture import Request
from apps.ingress.rules import BadRule, parse
from apps.ingress.snowflake import SealedIds
from tests.ingress.make import AGENT, VISITORS, a_request
from tests.ingress.plans.make import ALL, a_destination, a_document, a_rule
from tests.ingress.rules.strategies import documents

Strategy = st.SearchStrategy[Any]
LATER = ("landing_page", "destination", "status", "reason", "routed_", "rule_id", "destination_id")
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"
AGENTS = (AGENT, PHONE, "Googlebot/2.1", "curl/8.5.0", "", "\xff\xe4\xf6 kaputt")
ADDRESSES = ("203.0.113.9", "198.51.100.7", "2001:db8::1", "::ffff:203.0.113.9", "nonsense", "")
VALUES = ("x", "spring", "news", "", "%ff", "a+b", "%C3%A4", "%00", "\xe4", "y" * 3_000)
NAMES = ("sub1", "utm_source", "utm_medium", "gclid", "campaign", "amp;utm_source", "country", "\xff")
PRESENT = ("country", "city", "time_zone", "as_name", "network_kind", "device_type", "device_brand", "os", "browser")
FOUND = (*PRESENT, "language", "referrer_domain", "referrer_medium", "utm_source", "source", "medium", "channel")
WORDS = (
    "DE",
    "Berlin",
    "phone",
    "desktop",
    "Firefox",
    "Windows",
    "Linux",
    "de",
    "en",
    "news",
    "Direct",
    "hosting",
    "bot",
)


def requests() -> "st.SearchStrategy[Request]":
    pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)).map("=".join)
    query = st.lists(pairs, max_size=4).map("&".join)
    headers = st.fixed_dictionaries(
        {"user_agent": st.sampled_from(AGENTS)},
        optional={
            "accept_language": st.sampled_from(("de,en;q=0.5", "en", "", "\xff")),
            "referer": st.sampled_from(("https://www.google.com/?q=a", "https://t.co/x", "nonsense", "\xff")),
            "dnt": st.sampled_from(("1", "")),
            "sec_purpose": st.just("prefetch"),
            "cookie": st.integers(1, 2**60).map(_cookie),
        },
    )
    return st.builds(
        lambda query, headers, peer, method: a_request(f"/in/spring?{query}", peer=peer, method=method, **headers),
        query,
        headers,
        st.sampled_from(ADDRESSES),
        st.sampled_from(("GET", "GET", "GET", "HEAD")),
    )


def campaigns() -> Strategy:
    """Documents of up to five rules to four destinations, with a fallback or without one."""
    return st.builds(
        lambda rules, sticky, fallback, destinations, others: a_document(
            *[rule | {"id": 11 + place} for place, rule in enumerate(rules)],
            sticky=sticky,
            fallback=fallback,
            destinations=destinations,
            parameters={"others": others, "named": []},
        ),
        st.lists(_rules(), max_size=5),
        st.sampled_from(("visitor", "address")),
        _shares(),
        st.tuples(*[st.booleans().map(_destination(number)) for number in range(1, 5)]).map(list),
        st.sampled_from(("drop", "forward")),
    )


def _rules() -> Strategy:
    cap = {"of": "clicks", "per": "day", "limit": 1}
    return st.builds(
        lambda when, paused, dates, to, caps: a_rule(
            1, when=when, paused=paused, starts_at=dates[0], ends_at=dates[1], to=to, caps=caps
        ),
        conditions(),
        st.sampled_from((False, False, False, True)),
        st.sampled_from(((None, None), (None, None), ("2020-01-01T00:00:00Z", None), (None, "2020-01-01T00:00:00Z"))),
        _shares(),
        st.sampled_from(([], [], [cap])),
    )


def conditions() -> Strategy:
    likely = st.tuples(st.sampled_from(FOUND), st.sampled_from(("is", "is_not")), st.sampled_from(WORDS)).map(_term)
    present = st.tuples(st.sampled_from(FOUND), st.sampled_from(("is_set", "is_empty"))).map(
        lambda pair: {"field": pair[0], "op": pair[1]}
    )
    some = st.one_of(likely, present, documents(1).map(lambda document: document if is_routable(document) else ALL))
    return st.one_of(
        some,
        st.lists(some, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(some, max_size=3).map(lambda parts: {"any": parts}),
        some.map(lambda part: {"not": part}),
    )


def is_routable(document: Any) -> bool:
    """Whether it is a rule, and names nothing that is decided later."""
    try:
        parse(document)
    except BadRule:
        return False
    return not any(f"'{name}" in str(document) for name in LATER)


def _shares() -> Strategy:
    share = st.tuples(st.integers(1, 4), st.integers(1, 100)).map(
        lambda pair: {"destination": pair[0], "weight": pair[1]}
    )
    return st.lists(share, max_size=4)


def _term(drawn: tuple[str, str, str]) -> dict[str, str]:
    field, op, value = drawn
    return {"field": field, "op": op, "value": value}


def _destination(number: int) -> Any:
    url = f"https://shop{number}.example/?c={{country}}&d={{device}}&k={{campaign}}"
    return lambda paused: a_destination(number, url=url, paused=paused)


def _cookie(visitor_id: int) -> str:
    sealed: SealedIds = VISITORS
    return f"trl_visitor={sealed.seal(visitor_id)}"
