"""A file of costs as a table, whoever wrote it: any delimiter, quotes, byte order mark, encoding; titles above the header."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

MAX_BYTES = 20 * 1024**2
MAX_ROWS = 200_000
DELIMITERS = ",;\t|"
LOOKED_AT = 30
# Excel's own first line.
_SEP = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


class BadFile(ValueError):
    """Nothing can be made of the file; the message says why, for people."""


class Line(NamedTuple):
    """One row: where it stands in the file, from 1, and its cells."""

    number: int
    cells: tuple[str, ...]


class Table(NamedTuple):
    header: tuple[str, ...]
    lines: Sequence[Line]
    encoding: str
    delimiter: str


def read_table(data: bytes) -> Table:
    """The table in the file; rows without any text are left out. Raises BadFile."""
    if len(data) > MAX_BYTES:
        raise BadFile(f"The file has {len(data) / 1024**2:.0f} MB; up to {MAX_BYTES // 1024**2} are read.")
    text, encoding = _text(data)
    if marked := _SEP.match(text):
        text, delimiter = text[marked.end() :], marked[1]
    else:
        delimiter = _delimiter(text)
    lines = list(islice(_lines(text, delimiter), MAX_ROWS + LOOKED_AT))
    if not lines:
        raise BadFile("The file is empty.")
    at = _header_of(lines)
    header, rows = lines[at], lines[at + 1 :]
    if not rows:
        raise BadFile("The file has a header and no rows.")
    if len(rows) > MAX_ROWS:
        raise BadFile(f"The file has more than {MAX_ROWS:,} rows. Split it, by month for example.")
    return Table(header.cells, rows, encoding, delimiter)


def _text(data: bytes) -> tuple[str, str]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decoded(data, encoding), encoding.removesuffix("-sig")
    if b"\0" in data[:200]:
        # Text of the western world in UTF-16 has its NULs on one side.
        encoding = "utf-16-le" if data[:200:2].count(0) < data[1:200:2].count(0) else "utf-16-be"
        return _decoded(data, encoding), encoding
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadFile(f"The file begins as {encoding.removesuffix('-sig')} and is not.") from error


def _delimiter(text: str) -> str:
    """The one that makes the first rows longest and most alike."""
    sample = "\n".join(text.splitlines()[:LOOKED_AT])
    return max(DELIMITERS, key=lambda delimiter: _fit(sample, delimiter))


def _fit(sample: str, delimiter: str) -> tuple[int, int]:
    widths = [len(line.cells) for line in _lines(sample, delimiter)]
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
    return (0, 0) if usual < 2 else (widths.count(usual), usual)


def _lines(text: str, delimiter: str) -> Iterator[Line]:
    # NUL, which some Python refuses in CSV, is never part of a cost.
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Line(reader.line_num, tuple(cell.strip() for cell in cells))
    except csv.Error as error:
        raise BadFile(f"Line {reader.line_num} cannot be read: {error}.") from error


def _header_of(lines: Sequence[Line]) -> int:
    """Its place: the first row that is as wide as most and names its columns in words. Reports have titles above."""
    widths = [len([cell for cell in line.cells if cell]) for line in lines[:LOOKED_AT]]
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    for at, line in enumerate(lines[:LOOKED_AT]):
        if widths[at] >= usual and not any(_is_figure(cell) for cell in line.cells):
            return at
    return 0


def _is_figure(cell: str) -> bool:
    return bool(cell) and not any(letter.isalpha() for letter in cell)
