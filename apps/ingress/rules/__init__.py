"""Rules: statements about one event, read by Python, by ClickHouse and by people. docs/rules.md is the language."""

from apps.ingress.rules.families import FAMILIES, UnknownField, field_of
from apps.ingress.rules.fields import FIELDS, Field, Type
from apps.ingress.rules.nodes import EVERYTHING, Every, Not, Rule, Some, Term, names, terms
from apps.ingress.rules.operators import OPERATORS, Operator, Takes
from apps.ingress.rules.parse import digest, dump, parse, text
from apps.ingress.rules.python import Holds, compiled, holds
from apps.ingress.rules.sql import Where, columns, where
from apps.ingress.rules.trouble import BadRule
from apps.ingress.rules.words import words

__all__ = [
    "EVERYTHING",
    "FAMILIES",
    "FIELDS",
    "OPERATORS",
    "BadRule",
    "Every",
    "Field",
    "Holds",
    "Not",
    "Operator",
    "Rule",
    "Some",
    "Takes",
    "Term",
    "Type",
    "UnknownField",
    "Where",
    "columns",
    "compiled",
    "digest",
    "dump",
    "field_of",
    "holds",
    "names",
    "parse",
    "terms",
    "text",
    "where",
    "words",
]
