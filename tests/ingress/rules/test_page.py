"""docs/rules.md says what the tables of the code say."""

import json
import re

from apps.ingress.rules import FAMILIES, FIELDS, OPERATORS, parse, patterns, values, words
from apps.ingress.rules.families import KEY_MAX_CHARS
from apps.ingress.rules.fields import CAPTURE, OPERATORS_OF
from apps.ingress.rules.parse import CHARACTERS_MAX, DEPTH_MAX, RULES_MAX
from tests.house.sources import ROOT

PAGE = (ROOT / "docs" / "rules.md").read_text()


def rows(heading: str) -> list[str]:
    """The rows of the tables below a heading, without what stands above and below."""
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (found,) = (part for part in section if part.startswith(heading))
    return [line for line in found.splitlines() if line.startswith("| `")]


def code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def test_every_operator_is_in_the_table() -> None:
    wanted = [f"| `{name}` | {operator.words} | {operator.takes} |" for name, operator in OPERATORS.items()]

    assert rows("Operators") == wanted


def test_every_type_is_in_the_table() -> None:
    assert rows("Types of fields") == [f"| `{type_}` | {code(names)} |" for type_, names in OPERATORS_OF.items()]


def test_every_field_is_in_the_table() -> None:
    fields = [f"| `{field.name}` | {field.label} | {field.type} | {field.since} |" for field in FIELDS.values()]
    families = [
        f"| `{family.name}.KEY` | {family.label.format(key='KEY')} | {family.type} | {CAPTURE} |"
        for family in FAMILIES.values()
    ]

    assert rows("Fields") == [*fields, *families]


def test_the_limits_are_those_of_the_code() -> None:
    said = re.findall(r"^\| [a-z ]+ \| ([\d,]+)", PAGE, re.MULTILINE)

    assert [int(number.replace(",", "")) for number in said] == [
        DEPTH_MAX,
        RULES_MAX,
        values.LIST_MAX,
        values.NETWORKS_MAX,
        KEY_MAX_CHARS,
        values.TEXT_MAX_CHARS,
        CHARACTERS_MAX,
        patterns.MAX_CHARS,
        patterns.MAX_MEMORY >> 20,
    ]


def test_the_example_says_what_the_page_says() -> None:
    (document,) = re.findall(r"^    (\{\"all\": \[\n.*?^    \]\})$", PAGE, re.MULTILINE | re.DOTALL)

    assert f"*{words(parse(json.loads(document)))}*" in PAGE
