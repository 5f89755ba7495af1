"""What ingress stores: events in ClickHouse, and in PostgreSQL postbacks, jobs and what ClickHouse refused."""

from apps.ingress.models.dead_letters import DeadLetter
from apps.ingress.models.events import StoredEvent
from apps.ingress.models.jobs import ChangedHours, Job
from apps.ingress.models.labels import LabelTable
from apps.ingress.models.networks import KnownNetwork
from apps.ingress.models.organization_tables import OrganizationTables
from apps.ingress.models.postbacks import Postback
from apps.ingress.models.privacy import AddressKey, Erasure, PrivacyPolicy
from apps.ingress.models.tables import (
    AdClickParameter,
    Category,
    ChannelRule,
    Referrer,
    SourceCategory,
    TableRevision,
)

__all__ = [
    "AdClickParameter",
    "AddressKey",
    "Category",
    "ChangedHours",
    "ChannelRule",
    "DeadLetter",
    "Erasure",
    "Job",
    "KnownNetwork",
    "LabelTable",
    "OrganizationTables",
    "Postback",
    "PrivacyPolicy",
    "Referrer",
    "SourceCategory",
    "StoredEvent",
    "TableRevision",
]
