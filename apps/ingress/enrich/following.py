"""The tables in a process that answers visitors: kept fresh by a thread, mirrored to a file for a start without PostgreSQL."""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import structlog
from django.db import connection

from apps.ingress.enrich.builtin import AdClickRow, ChannelRow, ReferrerRow, SourceRow
from apps.ingress.enrich.networks import Known
from apps.ingress.enrich.snapshot import OrganizationOwn, Rows, Tables
from apps.ingress.enrich.tables import CHECK_EVERY, Contents, Shelf

log = structlog.get_logger(__name__)

MIRROR = "tables.json"


class TablesFollower(threading.Thread):
    """Hands every new snapshot to `put`. The redirect only ever reads a reference to the last one."""

    def __init__(self, shelf: Shelf, folder: Path, put: Callable[[Tables], None]) -> None:
        super().__init__(name="tables", daemon=True)
        self._shelf = shelf
        self._mirror = folder / MIRROR
        self._put = put
        self._last: Tables | None = None
        self._mirrored: Contents | None = None
        self._ending = threading.Event()

    def load_mirror(self) -> None:
        """Begin with the mirrored tables, if there are any that can be read; else those as built in stay."""
        try:
            contents = _contents(orjson.loads(self._mirror.read_bytes()))
            self._shelf.begin_with(contents)
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("the mirrored tables cannot be read", path=str(self._mirror), error=str(error))
            return
        self._mirrored = contents
        self._put(self._shelf.held())

    def run(self) -> None:
        while not self._ending.is_set():
            try:
                self.follow_once()
            except Exception:  # the outer edge of the thread: dead, it would leave the tables as they are for ever
                log.exception("a round of following tables failed")
            self._ending.wait(CHECK_EVERY.total_seconds())

    def follow_once(self) -> None:
        """Hand over what PostgreSQL has now; while it does not answer, what was there stays."""
        try:
            tables = self._shelf.fresh(datetime.now(UTC))
        finally:
            connection.close()  # a connection of its own for some milliseconds every few seconds is not worth keeping
        if tables is not self._last:
            self._put(tables)
            self._last = tables
        if self._shelf.contents != self._mirrored:
            self._write_mirror()

    def stop(self) -> None:
        self._ending.set()

    def _write_mirror(self) -> None:
        contents = self._shelf.contents
        assert contents
        draft = self._mirror.with_name(f"{MIRROR}.{os.getpid()}")
        try:
            with draft.open("wb") as file:
                file.write(orjson.dumps(_document(contents), option=orjson.OPT_NON_STR_KEYS))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._mirror)
            self._mirrored = contents
        except OSError as error:
            log.warning("tables cannot be mirrored to a file", error=str(error))


def _document(contents: Contents) -> dict[str, Any]:
    rows, known, own = contents
    # orjson takes tuples, and no named ones.
    lists = {name: [tuple(row) for row in getattr(rows, name)] for name in _ROWS}
    return {
        **lists,
        "revisions": dict(rows.revisions),
        "known": [tuple(row) for row in known],
        "own": {number: _own_document(one) for number, one in own.items()},
    }


def _own_document(own: OrganizationOwn) -> dict[str, Any]:
    return {
        **{name: getattr(own, name) for name in ("campaign_parameters", "channels_replace", "revision")},
        "channel_rows": [tuple(row) for row in own.channel_rows],
        "domains": sorted(own.domains),
    }


def _contents(document: dict[str, Any]) -> Contents:
    """Errors: KeyError, TypeError, ValueError, AttributeError."""
    lists = {name: [row(*values) for values in document[name]] for name, row in _ROWS.items()}
    own = {int(number): _own(one) for number, one in document["own"].items()}
    return Contents(Rows(**lists, revisions=document["revisions"]), [Known(*row) for row in document["known"]], own)


def _own(document: dict[str, Any]) -> OrganizationOwn:
    return OrganizationOwn(
        campaign_parameters=tuple(document["campaign_parameters"]),
        channel_rows=tuple(ChannelRow(*row) for row in document["channel_rows"]),
        channels_replace=document["channels_replace"],
        domains=frozenset(document["domains"]),
        revision=document["revision"],
    )


_ROWS: dict[str, Callable[..., Any]] = {
    "referrers": ReferrerRow,
    "ad_clicks": AdClickRow,
    "channels": ChannelRow,
    "sources": SourceRow,
}
