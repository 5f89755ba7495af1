"""Events and tables as CSV, for spreadsheets, without letting a visitor write formulas into one."""

import csv
from collections.abc import Iterator
from dataclasses import fields

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from apps.accounts.spreadsheet import lines_of, safe
from apps.analytics.reports.events import Cursor, ListedEvent, Selection, newest_events
from apps.analytics.span import Span
from apps.analytics.tables import Column, Line, Table
from apps.ingress.warehouse.reader import Warehouse

PAGE = 5_000
MAX_EVENTS = 100_000
EDITION = "As of edition"


def csv_of(warehouse: Warehouse, selection: Selection) -> Iterator[str]:
    """Lines, header first, newest event first, at most MAX_EVENTS of them.

    The first page is asked for before anything is returned, so that errors of Warehouse.rows can still be told.
    """
    first = newest_events(warehouse, selection, ListedEvent, limit=PAGE)
    names = [field.name for field in fields(ListedEvent)]
    return lines_of(names, ([getattr(event, name) for name in names] for event in _walked(warehouse, selection, first)))


def wants_csv(request: HttpRequest) -> bool:
    """The same address with `format=csv` is the same table as a file."""
    return request.GET.get("format") == "csv"


def csv_answer(title: str, span: Span, table: Table) -> HttpResponse:
    """Every row of the table, with the edition that its numbers are as of, where they have one.

    Numbers as they are, without thousands, so that a spreadsheet can add them up.
    """
    edition = "" if table.edition is None else f", as of edition {table.edition}"
    name = f"{' '.join(title.split())}, {span.first_on} to {span.last_on}{edition}.csv"
    attached = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    answer = HttpResponse(content_type="text/csv; charset=utf-8", headers=attached)
    write = csv.writer(answer).writerow
    as_of = [] if table.edition is None else [(EDITION, table.edition)]
    heads = [*table.heads, *(_head(column) for column in table.columns), *(head for head, _ in as_of)]
    # A parameter is called whatever the address says.
    write(map(safe, heads))
    for line in table.lines:
        write([*_row(line), *(number for _, number in as_of)])
    return answer


def _head(column: Column) -> str:
    kind, _, currency = column.unit.partition(":")
    return f"{column.label} ({currency})" if kind == "money" else column.label


def _row(line: Line) -> list[object]:
    """What somebody sent is made safe; numbers are ours, and a minus before one is no formula."""
    return [*(safe(key.text) for key in line.keys), *("" if cell.value is None else cell.value for cell in line.cells)]


def _walked(
    warehouse: Warehouse, selection: Selection, page: tuple[list[ListedEvent], Cursor | None]
) -> Iterator[ListedEvent]:
    for written in range(0, MAX_EVENTS, PAGE):
        events, after = page
        yield from events
        if after is None or written + PAGE >= MAX_EVENTS:
            return
        page = newest_events(warehouse, selection, ListedEvent, limit=PAGE, after=after)
