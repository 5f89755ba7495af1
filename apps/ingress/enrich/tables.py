"""The tables as PostgreSQL has them now: one snapshot a process, made again when something changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

import structlog
from django.conf import settings
from django.db import Error, models

from apps.ingress import owners
from apps.ingress.enrich import channels, networks, referrers
from apps.ingress.enrich.builtin import AdClickRow, ChannelRow, ReferrerRow, SourceRow
from apps.ingress.enrich.mmdb import fingerprint, open_databases
from apps.ingress.enrich.networks import Networks
from apps.ingress.enrich.places import Places
from apps.ingress.enrich.snapshot import OrganizationOwn, Rows, Tables, builtin_rows, tables_of
from apps.ingress.models import (
    AdClickParameter,
    ChannelRule,
    OrganizationTables,
    Referrer,
    SourceCategory,
    TableRevision,
)
from apps.ingress.models.networks import KnownNetwork

__all__ = ["Contents", "Shelf", "Tables", "current", "fresh"]

CHECK_EVERY = timedelta(seconds=5)
NAMES = ("referrers", "ad_clicks", "channels", "sources", "networks")

R = TypeVar("R")


class Contents(NamedTuple):
    """What a snapshot is made of, but for the geo files."""

    rows: Rows
    known: Sequence[networks.Known]
    own: Mapping[int, OrganizationOwn]


log = structlog.get_logger(__name__)


class Shelf:
    """Keeps one snapshot. PostgreSQL is asked every few seconds whether it is still the newest; while it does not answer, the
    last good one serves, and before there was any, the tables as built in."""

    def __init__(self, geo_path: str) -> None:
        self._geo_path = geo_path
        self._tables: Tables | None = None
        self._checked_at: datetime | None = None
        self._seen: object = None
        # Of the tables that were read last; None while they are as built in.
        self.contents: Contents | None = None

    def begin_with(self, contents: Contents) -> None:
        """Serve these until PostgreSQL answers. Errors: BadPattern of referrers and of channels. Cost: 100 ms."""
        self._tables = self._tables_of(contents)
        self.contents = contents

    def held(self) -> Tables:
        """The snapshot as it is, without asking anybody."""
        self._tables = self._tables or self._without_postgresql()
        return self._tables

    def current(self, now: datetime) -> Tables:
        """Never raises. Cost: nothing; every few seconds two queries; after a change 100 ms."""
        if self._tables is None or self._checked_at is None or abs(now - self._checked_at) >= CHECK_EVERY:
            self._checked_at = now
            self._refresh()
        assert self._tables
        return self._tables

    def fresh(self, now: datetime) -> Tables:
        """The same, having asked PostgreSQL just now: for what follows a change at once."""
        self._checked_at = None
        return self.current(now)

    def _refresh(self) -> None:
        try:
            seen = (fingerprint(self._geo_path), _state())
            if seen != self._seen:
                self._tables = self._load()
                self._seen = seen
        except (Error, referrers.BadPattern, channels.BadPattern) as error:
            log.warning("tables of enrichment could not be read; the last good ones serve", error=str(error))
            self._tables = self._tables or self._without_postgresql()

    def _load(self) -> Tables:
        known = [networks.Known(*row) for row in KnownNetwork.objects.values_list("network", "kind", "owner")]
        contents = Contents(_rows(), known or networks.built_in(), _own())
        tables = self._tables_of(contents)
        self.contents = contents
        return tables

    def _without_postgresql(self) -> Tables:
        return self._tables_of(Contents(builtin_rows(), networks.built_in(), {}))

    def _tables_of(self, contents: Contents) -> Tables:
        rows, known, own = contents
        databases, files = open_databases(self._geo_path)
        return tables_of(
            rows,
            places=Places(databases, files),
            networks=Networks(known, revision=rows.revisions.get("networks", 0), cloaks=databases),
            own=own,
        )


_shelf = Shelf(settings.TRELLIS_GEOIP_PATH)


def current(now: datetime) -> Tables:
    """The snapshot of this process: see Shelf."""
    return _shelf.current(now)


def fresh(now: datetime) -> Tables:
    """The same, not some seconds old."""
    return _shelf.fresh(now)


def _state() -> tuple[object, ...]:
    """Differs as soon as anything the tables are made of does."""
    changes = TableRevision.objects.aggregate(models.Count("pk"), models.Max("pk"))
    return (*changes.values(), owners.state_of_domains())


def _rows() -> Rows:
    """A table without rows was never filled, or emptied by a test: it is as built in."""
    builtin = builtin_rows()
    return Rows(
        referrers=_all(Referrer, ReferrerRow) or builtin.referrers,
        ad_clicks=_all(AdClickParameter, AdClickRow) or builtin.ad_clicks,
        channels=_all(ChannelRule, ChannelRow) or builtin.channels,
        sources=_all(SourceCategory, SourceRow) or builtin.sources,
        revisions={name: TableRevision.of(name) for name in NAMES},
    )


def _all(model: type[models.Model], row: type[R]) -> Sequence[R]:
    fields: tuple[str, ...] = row._fields  # type: ignore[attr-defined]
    return [row(*values) for values in model._default_manager.values_list(*fields)]


def _own() -> dict[int, OrganizationOwn]:
    """Of each organization the newest version, with its verified domains."""
    newest = OrganizationTables.objects.order_by("organization_id", "-version").distinct("organization_id")
    own = {
        row.organization_id: OrganizationOwn(
            tuple(row.campaign_parameters),
            tuple(ChannelRow(**line) for line in row.channel_rules),
            row.channels_replace,
            frozenset(row.own_domains),
            row.revision,
        )
        for row in newest
    }
    for number, domains in owners.verified_domains().items():
        one = own.get(number, OrganizationOwn())
        own[number] = replace(one, domains=one.domains | domains)
    return own
