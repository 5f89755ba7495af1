"""Totals of caps in a file beside the routes, so that a process that starts without Redis does not open what was full."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import structlog

log = structlog.get_logger(__name__)

FILE = "caps.json"
KEEP_EVERY_S = 5.0


class CapMirror:
    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._keep_at = 0.0
        self._is_owed = False

    def load(self) -> tuple[int, dict[str, int]]:
        """How many other processes there were, and the totals by name; nothing when there is no file that can be read."""
        try:
            kept = orjson.loads(self._path.read_bytes())
            return int(kept["others"]), {str(name): int(total) for name, total in kept["totals"].items()}
        except FileNotFoundError:
            return 0, {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("the mirrored caps cannot be read", path=str(self._path), error=str(error))
            return 0, {}

    def keep(self, others: int, totals: Callable[[], dict[str, int]], *, changed: bool) -> None:
        """Write them every few seconds if they changed. All processes of a host write the one file."""
        self._is_owed = self._is_owed or changed
        if not self._is_owed or time.monotonic() < self._keep_at:
            return
        self._keep_at = time.monotonic() + KEEP_EVERY_S
        draft = self._path.with_name(f"{FILE}.{os.getpid()}")
        try:
            draft.write_bytes(orjson.dumps({"others": others, "totals": totals()}))
            draft.replace(self._path)
            self._is_owed = False
        except OSError as error:
            log.warning("caps cannot be mirrored to a file", error=str(error))
