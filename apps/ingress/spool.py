"""The disk spool of one worker: lines are appended to an open segment, a full or old segment is sealed and awaits shipping.

A segment is a file `<id>.open` while it grows and `<id>.sealed` afterwards; its id is a snowflake and names it for ever. Every
write goes to the file before the answer leaves, so the death of the process loses nothing that a visitor was answered.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

SEGMENT_LINES = 4_000
# Lines can be a megabyte each; a segment must fit into Redis many times over.
SEGMENT_BYTES = 4 * 1024**2
SEGMENT_SECONDS = 1.0
OPEN = ".open"
SEALED = ".sealed"


class Fsync(StrEnum):
    """What a power cut may take: all that the kernel still holds, the last second, or nothing that was answered."""

    OFF = "off"
    BATCH = "batch"
    ALWAYS = "always"


@dataclass(frozen=True)
class Segment:
    """A segment on disk. `began_at` is Unix seconds of its first line; `size` its bytes, 0 while it grows."""

    id: str
    path: Path
    began_at: float
    size: int = 0


@dataclass
class _Growing:
    segment: Segment
    descriptor: int
    begun_s: float  # by a clock that nobody sets
    size: int = 0
    lines: int = 0


class Spool:
    """One worker's segments. Safe to use from several threads.

    `kept` and `lost` count lines since the start; `alarm` says in words why lines are being lost, or is empty. Disk use is
    bounded by whoever calls `refuse`: see `shipper.Shipper`.
    """

    def __init__(self, folder: Path, *, new_id: Callable[[], str], fsync: Fsync) -> None:
        self.folder = folder
        self.fsync = fsync
        self.kept = 0
        self.lost = 0
        self.alarm = ""
        self._new_id = new_id
        self._lock = threading.Lock()
        self._growing: _Growing | None = None
        self._sealed: list[Segment] = []
        self._refusal = ""
        self._folder_descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        # A flood of connections may take every descriptor there is. One is kept for the next segment, always.
        self._spare: int | None = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def append(self, lines: Sequence[bytes]) -> bool:
        """Write these lines (each ending in a newline) with one write. False when they could not be kept, and are counted lost."""
        with self._lock:
            if self._refusal:
                return self._lose(len(lines), self._refusal)
            try:
                self._write(b"".join(lines), len(lines))
            except OSError as error:
                return self._lose(len(lines), f"cannot write to the spool: {error.strerror}")
            self.kept += len(lines)
            self.alarm = ""
            return True

    def refuse(self, why: str) -> None:
        """Keep no more lines until called with an empty reason."""
        self._refusal = why
        self.alarm = why

    @property
    def refusing(self) -> bool:
        return bool(self._refusal)

    def seal(self, *, at_least_seconds: float = 0.0) -> None:
        """Seal the open segment if it began so long ago."""
        with self._lock:
            growing = self._growing
            if growing and time.monotonic() - growing.begun_s >= at_least_seconds:
                self._seal(growing)

    def take_sealed(self) -> list[Segment]:
        """Segments sealed since the last call, oldest first, safe on disk as the fsync mode promises."""
        with self._lock:
            sealed, self._sealed = self._sealed, []
        if self.fsync is Fsync.BATCH and sealed:
            try:
                for segment in sealed:
                    _sync(segment.path)
                os.fsync(self._folder_descriptor)
            except OSError as error:
                self.alarm = f"cannot write the spool to disk: {error.strerror}"
        return sealed

    def growing_bytes(self) -> int:
        growing = self._growing
        return growing.size if growing else 0

    def waiting_since(self) -> float | None:
        """Unix seconds at which the open segment began, None when nothing is open."""
        growing = self._growing
        return growing.segment.began_at if growing else None

    def _write(self, data: bytes, lines: int) -> None:
        growing = self._growing or self._begin()
        written = os.write(growing.descriptor, data)
        if written < len(data):
            # The disk filled up in the middle: take the torn line back, so that no half click is ever stored.
            os.ftruncate(growing.descriptor, growing.size)
            raise OSError(28, "No space left on device")
        growing.size += written
        growing.lines += lines
        if self.fsync is Fsync.ALWAYS:
            os.fdatasync(growing.descriptor)
        if growing.lines >= SEGMENT_LINES or growing.size >= SEGMENT_BYTES:
            self._seal(growing)

    def _begin(self) -> _Growing:
        segment_id = self._new_id()
        path = self.folder / f"{segment_id}{OPEN}"
        self._use_spare()
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o640)
        except OSError:
            self._keep_spare()
            raise
        self._growing = _Growing(Segment(segment_id, path, time.time()), descriptor, time.monotonic())
        if self.fsync is Fsync.ALWAYS:
            os.fsync(self._folder_descriptor)
        return self._growing

    def _seal(self, growing: _Growing) -> None:
        os.close(growing.descriptor)
        self._keep_spare()
        self._growing = None
        if not growing.lines:
            growing.segment.path.unlink(missing_ok=True)  # begun on a full disk
            return
        self._sealed.append(sealed(growing.segment.path))

    def _use_spare(self) -> None:
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None

    def _keep_spare(self) -> None:
        with contextlib.suppress(OSError):  # another thread was quicker; the next segment tries without
            self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def _lose(self, lines: int, why: str) -> bool:
        self.lost += lines
        self.alarm = why
        return False


def sealed(path: Path) -> Segment:
    """Seal the file of an open segment by its name."""
    target = path.with_suffix(SEALED)
    found = path.stat()
    path.rename(target)
    return Segment(target.stem, target, found.st_mtime, found.st_size)


def segments_in(folder: Path) -> list[Segment]:
    """Sealed segments of a folder, oldest first."""
    found = [(path, path.stat()) for path in sorted(folder.glob(f"*{SEALED}"))]
    return [Segment(path.stem, path, stat.st_mtime, stat.st_size) for path, stat in found]


def adopt(leftovers: Path, folder: Path) -> Iterator[Segment]:
    """Move what a dead worker left into `folder`, oldest first; each is given out as it arrives, should the next one fail.

    The caller holds the lock of both.
    """
    for path in sorted(leftovers.glob(f"*{OPEN}")):
        sealed(path)
    for segment in segments_in(leftovers):
        target = folder / segment.path.name
        segment.path.rename(target)
        yield replace(segment, path=target)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
