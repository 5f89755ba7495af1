"""The condition for ClickHouse: which parameters it has, which columns it reads, and that no value ever becomes SQL."""

from dataclasses import dataclass

import pytest

from apps.ingress.rules import (
    EVERYTHING,
    OPERATORS,
    Every,
    Field,
    Not,
    Some,
    Takes,
    Term,
    Type,
    columns,
    field_of,
    names,
    parse,
    where,
)
from apps.ingress.rules.families import FAMILIES
from apps.ingress.rules.fields import FIELDS
from apps.ingress.rules.text import from_bytes
from apps.ingress.warehouse.reader import Warehouse
from tests.ingress import make
from tests.ingress.rules.asking import Stored, stored
from tests.ingress.rules.heaps import BYTES, TEXTS

HOSTILE = [
    *TEXTS,
    *map(from_bytes, BYTES),
    "\udcff'\\\0\n{r1:String}",
    "'" * 100,
    "\\" * 101,
    "a\\'b\\\\'c",
    "]",
    "','",
    "['a']",
]


@dataclass(frozen=True)
class Number:
    number: int


@pytest.fixture
def hostile(acme: int) -> Stored:
    """An event for each hostile text, which is its path, its parameter and the value of its header."""
    return stored(acme, [make.an_event(path=text, parameters={"q": text}, headers=[("X-Q", text)]) for text in HOSTILE])


def test_a_condition_names_columns_and_has_every_value_as_a_parameter() -> None:
    rule = parse(
        {"all": [{"field": "country", "op": "in", "value": ["DE", "AT"]}, {"field": "os", "op": "is", "value": "iOS"}]}
    )

    assert where(rule) == (
        "(country IN {r_0:Array(String)} AND os = {r_1:String})",
        {"r_0": ["DE", "AT"], "r_1": "iOS"},
    )


def test_two_rules_in_one_query_have_parameters_of_their_own() -> None:
    rule = Term("country", "is", "DE")

    assert where(rule, prefix="before").parameters == {"before_0": "DE"}
    assert where(rule, prefix="after").sql == "country = {after_0:String}"
    assert not where(Every((rule,) * 11)).parameters.keys() & where(rule, prefix="r1").parameters.keys()


def test_a_table_may_call_a_column_by_another_name() -> None:
    rule = parse({"field": "hour.UTC", "op": "is", "value": 9})

    assert where(rule, columns={"happened_at": "clicked_at"}).sql == "toHour(clicked_at, {r_1:String}) = {r_0:UInt64}"


def test_a_rule_without_terms_is_a_condition_too() -> None:
    assert where(EVERYTHING).sql == "1"
    assert where(Not(Some(()))).sql == "NOT (0)"


def test_a_rule_says_which_fields_and_columns_it_reads() -> None:
    rule = Every(
        (Term("country", "is", "DE"), Not(Some((Term("parameters.q", "is_set"), Term("headers", "has", "via")))))
    )

    assert names(rule) == {"country", "parameters.q", "headers"}
    assert columns(rule) == {"country", "parameters", "headers", "withheld_headers"}
    assert columns(parse({"field": "weekday.UTC", "op": "is", "value": 1})) == {"happened_at"}


@pytest.mark.django_db(databases=["default", "clickhouse"])
@pytest.mark.parametrize("field", ["path", "parameters.q", "headers.x-q"])
def test_a_hostile_value_finds_itself_and_nothing_else(hostile: Stored, field: str) -> None:
    rules = [Term(field, "is", text) for text in HOSTILE] + [Term(field, "in", (text, "no such")) for text in HOSTILE]

    answers = hostile.clickhouse(rules)

    assert answers == hostile.python(rules)
    assert all(sum(row[i] for row in answers.values()) == HOSTILE.count(text) for i, text in enumerate(HOSTILE))


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_a_hostile_name_of_a_parameter_is_only_a_name(acme: int) -> None:
    keys = [text for text in TEXTS if "\0" not in text and len(text) <= 200]
    traffic = stored(acme, [make.an_event(parameters={key: "here"}) for key in keys])
    rules = [parse({"field": f"parameters.{key}", "op": "is", "value": "here"}) for key in keys]

    assert traffic.clickhouse(rules) == traffic.python(rules)


@pytest.mark.django_db(databases=["default", "clickhouse"])
@pytest.mark.parametrize("text", ["spring", "'", "\udcff", "\0"])
def test_a_condition_says_the_same_behind_where(hostile: Stored, text: str) -> None:
    for rule in (
        Term("path", "in", (text, "a")),
        Not(Term("path", "contains", text)),
        Some((Term("path", "is", text), Term("path", "is", "a"))),
    ):
        expected = {event_id for event_id, (holds,) in hostile.python([rule]).items() if holds}

        assert hostile.selected(rule) == expected


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_a_thousand_values_fit_into_one_condition(acme: int) -> None:
    traffic = stored(acme, [make.an_event(path="x999"), make.an_event(path="x1000")])
    rule = Term("path", "in", tuple(f"x{n}" for n in range(1_000)))

    assert traffic.clickhouse([rule]) == traffic.python([rule])


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_every_field_can_be_asked_each_of_its_operators(acme: int) -> None:
    """Types of columns are ClickHouse's to check: one event is enough."""
    traffic = stored(acme, [make.an_event()])
    keys = {name: "UTC" if family.type is Type.CLOCK else "x" for name, family in FAMILIES.items()}
    fields = [*FIELDS.values(), *(field_of(f"{name}.{key}") for name, key in keys.items())]

    rules = [parse(asked(field, op)) for field in fields for op in field.operators]

    assert traffic.clickhouse(rules) == traffic.python(rules)


def asked(field: Field, op: str) -> dict[str, object]:
    one = True if field.type is Type.FLAG else next(iter(field.choices), "1")
    values = {Takes.MANY: [one], Takes.TWO: [1, 2], Takes.DOMAINS: ["a.test"], Takes.NETWORKS: ["::1"]}
    takes = OPERATORS[op].takes
    return {"field": field.name, "op": op} | ({} if takes is Takes.NOTHING else {"value": values.get(takes, one)})


@pytest.mark.django_db(databases=["default", "clickhouse"])
def test_two_rules_stand_in_one_question(acme: int) -> None:
    stored(acme, [make.an_event(country="DE", os="iOS"), make.an_event(country="DE"), make.an_event()])
    before, after = where(Term("country", "is", "DE"), prefix="b"), where(Term("os", "is", "iOS"), prefix="a")
    sql = f"SELECT countIf({before.sql}) * 10 + countIf({after.sql}) AS number FROM events WHERE {{{{scope}}}}"

    (row,) = Warehouse(acme).rows(sql, Number, {**before.parameters, **after.parameters}, name="rules")

    assert row == Number(21)
