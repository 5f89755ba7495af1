"""Statements of tasks that keep tables in order: about all organizations, or changing what is derived. No page asks here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from apps.ingress.warehouse.reader import ask, names_of

Row = TypeVar("Row")


def rows_of_all(sql: str, row: type[Row], parameters: Mapping[str, Any] | None = None, *, name: str) -> list[Row]:
    """Rows about every organization, as Warehouse.rows has them of one. Errors: WarehouseUnavailable, QuestionTooLarge."""
    columns, found = ask(sql, parameters or {}, {"log_comment": name})
    order = [columns.index(name) for name in names_of(row)]
    return [row(*(values[i] for i in order)) for values in found]


def change(
    sql: str, parameters: Mapping[str, Any], *, name: str, settings: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Run a statement that changes rows, and return when it has. Errors: WarehouseUnavailable, QuestionTooLarge."""
    ask(sql, parameters, {"log_comment": name, "mutations_sync": 1, **settings})
