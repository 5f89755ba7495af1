"""Whatever a program sends is a definition or a BadDefinition: never another error, never long work."""

import json
import random
from contextlib import suppress
from typing import Any

import pytest

from apps.accounts.models import Organization
from apps.campaigns import editing
from apps.campaigns.definition import BadDefinition, dump, parse
from apps.campaigns.definition.reading import PROBLEMS_MAX
from apps.campaigns.definition.weight import PATTERNS_MAX
from apps.ingress.plans.plan import Plan
from tests.accounts.make import an_organization
from tests.campaigns.make import a_definition, a_destination, a_rule

pytestmark = pytest.mark.django_db
JUNK: list[Any] = [
    None, True, -1, 0, 1.5, 2**63, -(2**80), 1e308, float("nan"), float("inf"), "", "\0", "\ud800", "x" * 3_000,
    "\u202eevil", [], {}, [[]],
    {"": ""}, {"\ud800": "\0"}, {"all": []}, ["\udc80"], {"field": [], "op": {}}, {"hex": "ff"},
]  # fmt: skip


@pytest.fixture
def acme() -> Organization:
    return an_organization("acme")


def nested(depth: int, kind: str) -> Any:
    document: Any = {"all": []}
    for _ in range(depth):
        document = {kind: [document]} if kind != "not" else {"not": document}
    return document


def unit(document: object) -> dict[str, object]:
    """As it is published."""
    return {"organization_id": 1, "key": "spring", "version": 1, "status": "active", "document": document}


def refused(document: object, organization: Organization) -> list[str]:
    with pytest.raises(BadDefinition) as told:
        parse(document, organization)
    # What is told can be shown and stored: it has no half letters and no zero bytes.
    json.dumps([list(problem) for problem in told.value.problems], ensure_ascii=False).encode()
    assert "\0" not in str(told.value)
    return [problem.code for problem in told.value.problems]


@pytest.mark.parametrize("document", JUNK, ids=repr)
def test_what_is_no_object_is_no_definition(acme: Organization, document: object) -> None:
    if document == {}:
        assert parse(document, acme)
    else:
        assert refused(document, acme)


@pytest.mark.parametrize("kind", ["all", "any", "not"])
@pytest.mark.parametrize("depth", [11, 50, 100_000])
def test_deep_nesting_is_refused(acme: Organization, kind: str, depth: int) -> None:
    assert refused(a_definition(rules=[a_rule(4, when=nested(depth, kind))]), acme) in (["rule"], ["too_deep"])


@pytest.mark.parametrize(
    "parts",
    [
        {"rules": [a_rule(n + 10) for n in range(201)]},
        {"destinations": [a_destination(n + 1) for n in range(101)], "rules": []},
        {"parameters": {"named": [{"name": f"p{n}", "do": "forward"} for n in range(51)]}},
        {"caps": [{"of": "clicks", "per": "day", "limit": 1}] * 5},
    ],
)
def test_more_than_there_may_be_is_refused(acme: Organization, parts: dict[str, Any]) -> None:
    assert "too_many" in refused(a_definition(**parts), acme)


@pytest.mark.parametrize(
    "document",
    [
        {"rules": [None] * 1_000_000},
        {"rules": {str(n): None for n in range(60_000)}},
        {"zone": "x" * 600_000},
        {"x" * 600_000: 1},
        {"membership": {"any": [{"field": "ip", "op": "in", "value": ["x" * 300] * 2_000}]}},
    ],
    ids=["long list", "long object", "long text", "long key", "long values"],
)
def test_a_huge_document_is_refused_unread(acme: Organization, document: object) -> None:
    assert refused(document, acme) == ["too_large"]


def test_the_patterns_of_a_campaign_are_few(acme: Organization) -> None:
    pattern = {"field": "query", "op": "matches", "value": "a+"}
    many = [a_rule(10 + n, when={"any": [pattern] * 10}) for n in range(PATTERNS_MAX // 10)]

    assert parse(a_definition(rules=many), acme)
    assert refused(a_definition(rules=[*many, a_rule(100, when=pattern)]), acme) == ["too_many_patterns"]


def test_a_thousand_problems_are_told_as_a_hundred(acme: Organization) -> None:
    assert len(refused({f"key {n}": n for n in range(1_000)}, acme)) == PROBLEMS_MAX


def test_junk_anywhere_is_a_problem_or_harmless(acme: Organization) -> None:
    whole = a_definition(
        caps=[{"of": "clicks", "per": "day", "limit": 5}], starts_at="2026-11-23T00:00:00Z", membership={"any": []}
    )
    for place in places(whole):
        for junk in JUNK:
            document = replaced(whole, place, junk)
            try:
                definition = parse(document, acme)
            except BadDefinition:
                continue
            assert parse(dump(definition), acme) == definition
            assert Plan.read(1, unit(dump(definition)))


def test_what_is_accepted_can_be_stored(acme: Organization) -> None:
    odd = {"field": "user_agent", "op": "contains", "value": {"hex": "ff00"}}
    large = {"field": "visitor_id", "op": "is", "value": str(2**64 - 1)}
    document = a_definition(rules=[a_rule(4, "می‌خواهم", {"any": [odd, large]})])

    campaign = editing.new_campaign(acme, None, "👩‍💻", document=document)
    campaign.refresh_from_db()

    assert dump(parse(campaign.draft, acme)) == document


def test_random_changes_of_a_definition_are_told_or_taken(acme: Organization) -> None:
    chance = random.Random(4)
    for _ in range(300):
        document = a_definition()
        for _ in range(chance.randint(1, 4)):
            document = replaced(document, chance.choice(places(document)), chance.choice(JUNK))
        with suppress(BadDefinition):
            parse(document, acme)


def places(document: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside."""
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [found for key, part in inside for found in ((*way, key), *places(part, (*way, key)))] if inside else []


def replaced(document: Any, way: tuple[Any, ...], value: Any) -> Any:
    if not way:
        return value
    copy = list(document) if isinstance(document, list) else dict(document)
    copy[way[0]] = replaced(document[way[0]], way[1:], value)
    return copy
