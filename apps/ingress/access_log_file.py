"""The file of an access log: plain or compressed, on disk or from standard input, line by line in bounded memory."""

import bz2
import gzip
import lzma
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BufferedIOBase
from itertools import count, islice
from pathlib import Path
from typing import BinaryIO, Self

# Apache and nginx refuse requests far shorter than this; what is longer is no access log line.
LINE_MAX_BYTES = 1 << 20
# What is kept of a line that is longer.
KEPT_BYTES = 1 << 16
MAGIC: dict[bytes, Callable[[BinaryIO], BufferedIOBase]] = {
    b"\x1f\x8b": lambda outer: gzip.GzipFile(fileobj=outer),
    b"BZ": bz2.BZ2File,
    b"\xfd7": lzma.LZMAFile,
}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Unreadable(Exception):
    """The file cannot be opened, or ends in the middle of its compression."""


@dataclass(frozen=True, slots=True)
class Line:
    """`number` counts from 1. `raw` has no line end; `too_long` says that only its beginning is here."""

    number: int
    raw: bytes
    too_long: bool = False


@dataclass
class LogFile:
    """An open log. `total_bytes` is 0 when unknown; `position_bytes` is how far the file as it lies there was read."""

    name: str
    total_bytes: int
    _outer: BinaryIO
    _inner: BinaryIO | BufferedIOBase = field(init=False)
    _damage: str = field(init=False, default="")

    def __post_init__(self) -> None:
        head = self._outer.peek(2)[:2]  # type: ignore[attr-defined]
        opener = MAGIC.get(head)
        self._inner = opener(self._outer) if opener else self._outer

    @classmethod
    def open(cls, name: str) -> Self:
        """The file of this name, standard input for `-`. Errors: Unreadable."""
        if name == "-":
            return cls("standard input", _size(sys.stdin.fileno()), sys.stdin.buffer)
        try:
            file = Path(name).open("rb")  # noqa: SIM115  closed by `close`
        except OSError as error:
            raise Unreadable(f"{name}: {error.strerror}") from error
        return cls(name, _size(file.fileno()), file)

    @property
    def position_bytes(self) -> int:
        return self._outer.tell() if self.total_bytes else 0

    def chunks(self, size: int) -> Iterator[list[Line]]:
        """The lines in order, `size` at a time. Errors: Unreadable, after everything before the damage."""
        lines = self._lines()
        while chunk := list(islice(lines, size)):
            yield chunk
        if self._damage:
            raise Unreadable(self._damage)

    def close(self) -> None:
        self._inner.close()
        if self._outer is not sys.stdin.buffer:
            self._outer.close()

    def _lines(self) -> Iterator[Line]:
        for number in count(1):
            if not (raw := self._read(LINE_MAX_BYTES)):
                return
            too_long = len(raw) == LINE_MAX_BYTES and not raw.endswith(b"\n")
            if too_long:
                self._skip_to_line_end()
            if number == 1:
                raw = raw.removeprefix(BYTE_ORDER_MARK)
            yield Line(number, raw[:KEPT_BYTES] if too_long else raw.rstrip(b"\r\n"), too_long)

    def _skip_to_line_end(self) -> None:
        while (rest := self._read(LINE_MAX_BYTES)) and not rest.endswith(b"\n"):
            pass

    def _read(self, limit: int) -> bytes:
        try:
            return self._inner.readline(limit)
        except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
            self._damage = f"{self.name} is damaged or cut off: {error}"
            return b""


def _size(descriptor: int) -> int:
    """Bytes of a regular file; 0 for a pipe."""
    status = os.fstat(descriptor)
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
