"""Events as CSV, for spreadsheets, without letting a visitor write formulas into one."""

import csv
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime

from apps.analytics.reports.events import Cursor, ListedEvent, Selection, newest_events
from apps.ingress.warehouse.reader import Warehouse

PAGE = 5_000
MAX_EVENTS = 100_000
# A cell that begins so is a formula to some spreadsheet; a leading apostrophe makes it text (OWASP, "CSV Injection"). Cells begin
# where we say, and where a comma stands in numbers, also after a semicolon, whatever the quotes are. There a blank keeps it
# text, which leaves the agents of most bots as they are.
FORMULA = re.compile(r"""(?:^ *|(?<=[;\t\r\n]))(?="*[=+\-@\t\r\n＝＋－＠])""")


class _Line:
    """A file for csv.writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_of(warehouse: Warehouse, selection: Selection) -> Iterator[str]:
    """Lines, header first, newest event first, at most MAX_EVENTS of them.

    The first page is asked for before anything is returned, so that errors of Warehouse.rows can still be told.
    """
    first = newest_events(warehouse, selection, ListedEvent, limit=PAGE)
    return _lines(warehouse, selection, first)


def safe(value: object) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return FORMULA.sub(lambda blanks: f"'{blanks[0]}", text)


def _lines(warehouse: Warehouse, selection: Selection, page: tuple[list[ListedEvent], Cursor | None]) -> Iterator[str]:
    write = csv.writer(_Line()).writerow
    names = [field.name for field in fields(ListedEvent)]
    yield write(names)
    for written in range(0, MAX_EVENTS, PAGE):
        events, after = page
        yield from (write([safe(getattr(event, name)) for name in names]) for event in events)
        if after is None or written + PAGE >= MAX_EVENTS:
            return
        page = newest_events(warehouse, selection, ListedEvent, limit=PAGE, after=after)
