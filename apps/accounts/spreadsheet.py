"""CSV for spreadsheets, in which nobody who only sent text can have written a formula."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

# A cell that begins so is a formula to some spreadsheet; a leading apostrophe makes it text (OWASP, "CSV Injection"). Cells begin
# where we say, and where a comma stands in numbers, also after a semicolon, whatever the quotes are. There a blank keeps it
# text, which leaves the agents of most bots as they are.
FORMULA = re.compile(r"""(?:^ *|(?<=[;\t\r\n]))(?="*[=+\-@\t\r\n＝＋－＠])""")


class _Line:
    """A file for csv.writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def safe(value: object) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return FORMULA.sub(lambda blanks: f"'{blanks[0]}", text)


def lines_of(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """CSV line by line, for answers too long to be held. Every cell is made safe."""
    write = csv.writer(_Line()).writerow
    yield write(header)
    yield from (write([safe(cell) for cell in row]) for row in rows)
