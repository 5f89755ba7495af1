"""Which database a model lives in: events in ClickHouse, everything else in PostgreSQL."""

from typing import Any

from clickhouse_backend.models import ClickhouseModel
from django.db.models import Model


class ClickHouseRouter:
    """Sends ClickHouse models to the alias `clickhouse`, and keeps each database's migrations to its own models."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return "clickhouse" if issubclass(model, ClickhouseModel) else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        # A migration's model is a reconstruction that has lost its base class, but not its engine.
        model = hints.get("model")
        is_clickhouse = hasattr(model._meta, "engine") if model else hints.get("clickhouse", False)
        return is_clickhouse == (db == "clickhouse")
