"""Asking ClickHouse, always for one organization, always under limits."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

from clickhouse_driver.errors import Error as DriverError

from apps.ingress.warehouse.connection import client
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable

Row = TypeVar("Row")

SCOPE = "organization_id = {organization_id:UInt32}"
LIMITS: dict[str, Any] = {
    "max_memory_usage": 2 * 1024**3,
    "max_result_rows": 100_000,
    "result_overflow_mode": "throw",
    "timeout_overflow_mode": "throw",
}
# Server codes of a question that ran into a limit: TIMEOUT_EXCEEDED, MEMORY_LIMIT_EXCEEDED, TOO_MANY_ROWS(_OR_BYTES).
LIMIT_CODES = {159, 241, 158, 396}


class Table(NamedTuple):
    """An answer whose columns are known only when it is there."""

    columns: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Warehouse:
    """Questions of one organization.

    A question is SQL with `{{scope}}` where the organization's condition belongs and `{name:Type}` for values, which the
    server substitutes. The organization is added here, never by the author. `cached` says that who asks takes an answer that is
    some seconds old; only questions that go through a cache care.
    """

    organization_id: int
    max_execution_s: int = 15
    cached: bool = False

    def rows(
        self,
        sql: str,
        row: type[Row],
        parameters: Mapping[str, Any] | None = None,
        *,
        name: str,
        limits: Mapping[str, Any] = MappingProxyType({}),
    ) -> list[Row]:
        """Rows of the answer as `row`, a dataclass or named tuple whose fields are the columns in any order.

        `name` says which report asked; it stands in ClickHouse's query log. `limits` of this question go before those of every
        question. Errors: WarehouseUnavailable, QuestionTooLarge.
        """
        columns, found = self.table(sql, parameters, name=name, limits=limits)
        order = [columns.index(name) for name in names_of(row)]
        return [row(*(values[i] for i in order)) for values in found]

    def table(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        name: str,
        limits: Mapping[str, Any] = MappingProxyType({}),
    ) -> Table:
        """The same as it came, for questions whose columns depend on what is asked."""
        assert "{{scope}}" in sql, f"{name} would read every organization"
        values = {**(parameters or {}), "organization_id": self.organization_id}
        settings = {
            **LIMITS,
            "max_execution_time": self.max_execution_s,
            "log_comment": f"{name} org={self.organization_id}",
            **limits,
        }
        return Table(*ask(sql.replace("{{scope}}", SCOPE), values, settings))


def names_of(row: type) -> tuple[str, ...]:
    """The fields of a dataclass or a named tuple, in order."""
    named: tuple[str, ...] | None = getattr(row, "_fields", None)
    return named or tuple(f.name for f in fields(cast(Any, row)))


def ask(sql: str, parameters: Mapping[str, Any], settings: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """For this package: names and rows. Nothing is added, not even an organization."""
    try:
        found, columns = client().execute(sql, dict(parameters), with_column_types=True, settings=settings)
    except DriverError as error:
        if error.code in LIMIT_CODES:
            raise QuestionTooLarge(settings["log_comment"]) from error
        raise WarehouseUnavailable(str(error)) from error
    except (OSError, EOFError) as error:
        raise WarehouseUnavailable(str(error)) from error
    return [name for name, _ in columns], [[_readable(value) for value in row] for row in found]


def _readable(value: Any) -> Any:
    """Bytes that are not UTF-8 come back from the driver as `bytes`; people see them as `\\xff`."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, list | tuple):
        return type(value)(_readable(inner) for inner in value)
    if isinstance(value, dict):
        return {_readable(name): _readable(inner) for name, inner in value.items()}
    return value
