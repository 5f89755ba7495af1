"""Bringing the stored tables up to the files of this version of Trellis. What staff changed or added stays as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from apps.ingress.enrich import builtin, networks
from apps.ingress.models import AdClickParameter, ChannelRule, Referrer, SourceCategory, TableRevision
from apps.ingress.models.networks import KnownNetwork
from apps.ingress.models.tables import Row

BATCH = 500
# Between two lines of channels that are built in there is room for more.
POSITIONS = 10


@dataclass(frozen=True)
class Refreshed:
    """What became of the rows of one table; `kept` are those that staff changed or made, where the file says otherwise."""

    added: int = 0
    updated: int = 0
    removed: int = 0
    kept: int = 0


def refresh_tables(*, by: str) -> dict[str, Refreshed]:
    """By the table's name. Running it again does nothing. Errors: django.db.Error; then nothing is changed."""
    channels = (
        {**row._asdict(), "position": POSITIONS * place} for place, row in enumerate(builtin.channel_rows(), start=1)
    )
    with transaction.atomic():
        return {
            "referrers": _refresh("referrers", Referrer, "pattern", _plain(builtin.referrer_rows()), by),
            "ad_clicks": _refresh("ad_clicks", AdClickParameter, "parameter", _plain(builtin.ad_click_rows()), by),
            "sources": _refresh("sources", SourceCategory, "source", _plain(builtin.source_rows()), by),
            "channels": _refresh("channels", ChannelRule, "position", channels, by),
            "networks": _refresh("networks", KnownNetwork, "network", _plain(networks.built_in()), by),
        }


def _plain(rows: Iterable[Any]) -> Iterable[dict[str, Any]]:
    return (row._asdict() for row in rows)


def _refresh(name: str, model: type[Row], key: str, rows: Iterable[Mapping[str, Any]], by: str) -> Refreshed:
    wanted = {row[key]: row for row in rows}
    there = {getattr(row, key): row for row in model._default_manager.all()}
    mine = {word: row for word, row in there.items() if row.origin == Row.Origin.BUILTIN}
    added = [model(**row, origin=Row.Origin.BUILTIN) for word, row in wanted.items() if word not in there]
    updated = [row for word, row in mine.items() if word in wanted and _changed(row, wanted[word])]
    removed = [row.pk for word, row in mine.items() if word not in wanted]
    kept = [word for word in wanted if word in there and word not in mine]
    model._default_manager.bulk_create(added, batch_size=BATCH)
    if updated:
        model._default_manager.bulk_update(updated, [*next(iter(wanted.values()))], batch_size=BATCH)
    model._default_manager.filter(pk__in=removed).delete()
    if added or updated or removed:
        TableRevision.bump(name, by=by)
    return Refreshed(len(added), len(updated), len(removed), len(kept))


def _changed(row: models.Model, wanted: Mapping[str, Any]) -> bool:
    """Writes what is wanted into the row; whether that made a difference."""
    different = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
