"""A worker's number and folder, leased by a file lock that the kernel gives back when the process dies.

Two processes of one host never share a number; two hosts differ by `TRELLIS_NODE`. In the lock file stands up to when ids of
this number may have been given out.
"""

import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

WORKERS_PER_NODE = 32
NODES = 32
LOCK = "lock"
# Ids are reserved this far ahead, so the mark is written once a second and not once an id.
RESERVE_MS = 1_000
# A mark further ahead than this was left by a clock that ran fast: another number is better, if there is one.
PATIENCE_MS = 5_000
_MARK = struct.Struct(">Q")


class NoWorkerNumber(RuntimeError):
    """All numbers of this node are taken."""


@dataclass(frozen=True)
class Lease:
    """A held number (0 to 1023, unique among all hosts) and this worker's own folder of the spool.

    `start_ms`: ids must begin after this moment.
    """

    number: int
    folder: Path
    start_ms: int
    descriptor: int

    def reserve(self, ms: int) -> int:
        """Write down that ids up to a little after `ms` may be given out; returns that moment."""
        until_ms = ms + RESERVE_MS
        try:
            os.pwrite(self.descriptor, _MARK.pack(until_ms), 0)
        except OSError as error:
            # A redirect does not wait for the disk; the mark matters only should the clock step back before the next one.
            log.error("the worker's mark cannot be written", worker=self.number, error=error.strerror)
        return until_ms

    def release(self) -> None:
        os.close(self.descriptor)


def take(spool: Path, *, node: int, now_ms: int) -> Lease:
    """The first free number of this node, preferring one that no fast clock has used. Raises NoWorkerNumber."""
    passed_over: list[Lease] = []
    try:
        for local in range(WORKERS_PER_NODE):
            number = node * WORKERS_PER_NODE + local
            lease = lock(spool / f"w{number:04}", number=number)
            if lease is None:
                continue
            if lease.start_ms <= now_ms + PATIENCE_MS:
                return lease
            passed_over.append(lease)
        if not passed_over:
            raise NoWorkerNumber(f"all {WORKERS_PER_NODE} worker numbers of node {node} are in use")
        best = min(passed_over, key=lambda lease: lease.start_ms)
        passed_over.remove(best)
        return best
    finally:
        for lease in passed_over:
            lease.release()


def lock(folder: Path, *, number: int) -> Lease | None:
    """Hold this folder, or None when a living process holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    mark = os.pread(descriptor, _MARK.size, 0)
    return Lease(number, folder, _MARK.unpack(mark)[0] if len(mark) == _MARK.size else 0, descriptor)
