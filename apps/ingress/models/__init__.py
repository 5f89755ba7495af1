"""What ingress stores: events in ClickHouse, and in PostgreSQL what ClickHouse refused."""

from apps.ingress.models.dead_letters import DeadLetter
from apps.ingress.models.events import StoredEvent

__all__ = ["DeadLetter", "StoredEvent"]
