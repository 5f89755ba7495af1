"""Operators: each is one row with its words and both of its meanings."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apps.ingress.rules.addresses import NUMBER, number
from apps.ingress.rules.text import ascii_lower


class Takes(StrEnum):
    """What an operator compares with."""

    NOTHING = "nothing"
    ONE = "a value"
    MANY = "a list of values"
    TWO = "two numbers, the lower one first"
    PATTERN = "a pattern"
    DOMAINS = "a list of domains"
    NETWORKS = "a list of networks or addresses"
    NAME = "a name"


@dataclass(frozen=True)
class Operator:
    """`holds` gets what the field holds and the prepared value; `sql` has `{column}`, `{empty}` and what its value is called.

    `joiner` stands before the last of several values in words.
    """

    words: str
    takes: Takes
    holds: Callable[[Any, Any], bool]
    sql: str
    joiner: str = "or"


def _is_or_under(host: str, suffixes: tuple[str, ...]) -> bool:
    return f".{ascii_lower(host.partition(':')[0]).rstrip('.')}".endswith(suffixes)


IS_OR_UNDER = (
    "arrayExists(d -> endsWith(concat('.', trim(TRAILING '.' FROM lower(splitByChar(':', {column})[1]))), d), {value})"
)
IN_NETWORK = f"arrayExists((low, high) -> {NUMBER} BETWEEN low AND high, {{lows}}, {{highs}})"

OPERATORS: dict[str, Operator] = {
    "is": Operator("is", Takes.ONE, operator.eq, "{column} = {value}"),
    "is_not": Operator("is not", Takes.ONE, operator.ne, "{column} != {value}"),
    "in": Operator("is", Takes.MANY, lambda cell, values: cell in values, "{column} IN {value}"),
    "not_in": Operator(
        "is neither", Takes.MANY, lambda cell, values: cell not in values, "{column} NOT IN {value}", "nor"
    ),
    "contains": Operator("contains", Takes.ONE, operator.contains, "position({column}, {value}) > 0"),
    "starts_with": Operator(
        "starts with", Takes.ONE, lambda cell, start: cell.startswith(start), "startsWith({column}, {value})"
    ),
    "ends_with": Operator("ends with", Takes.ONE, lambda cell, end: cell.endswith(end), "endsWith({column}, {value})"),
    "matches": Operator(
        "matches", Takes.PATTERN, lambda cell, pattern: pattern.search(cell) is not None, "match({column}, {value})"
    ),
    "is_or_under": Operator("is or is under", Takes.DOMAINS, _is_or_under, IS_OR_UNDER),
    "in_network": Operator("is in", Takes.NETWORKS, lambda cell, ranges: number(cell) in ranges, IN_NETWORK),
    "less": Operator(
        "is less than", Takes.ONE, lambda cell, limit: 0 < cell < limit, "({column} > 0 AND {column} < {value})"
    ),
    "greater": Operator("is greater than", Takes.ONE, operator.gt, "{column} > {value}"),
    "between": Operator(
        "is between",
        Takes.TWO,
        lambda cell, pair: pair[0] <= cell <= pair[1],
        "{column} BETWEEN {low} AND {high}",
        "and",
    ),
    "has": Operator("include", Takes.NAME, operator.contains, "has({column}, {value})"),
    "is_empty": Operator("is empty", Takes.NOTHING, lambda cell, _: not cell, "{column} = {empty}"),
    "is_set": Operator("is not empty", Takes.NOTHING, lambda cell, _: bool(cell), "{column} != {empty}"),
}
