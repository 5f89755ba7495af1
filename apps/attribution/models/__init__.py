"""Money and labels: what networks report, what was spent, what runs named, who is told. What reports sum is in ClickHouse."""

from apps.attribution.models.checks import LabelCheck
from apps.attribution.models.conversions import Booking, Conversion, ConversionChange
from apps.attribution.models.costs import CostUpload
from apps.attribution.models.drafts import RunDraft
from apps.attribution.models.facts import StoredConversion, StoredCost
from apps.attribution.models.ledger import Edition, Policy, Run
from apps.attribution.models.networks import Network, NetworkVersion
from apps.attribution.models.webhooks import EventType, WebhookDelivery, WebhookEndpoint

__all__ = [
    "Booking",
    "Conversion",
    "ConversionChange",
    "CostUpload",
    "Edition",
    "EventType",
    "LabelCheck",
    "Network",
    "NetworkVersion",
    "Policy",
    "Run",
    "RunDraft",
    "StoredConversion",
    "StoredCost",
    "WebhookDelivery",
    "WebhookEndpoint",
]
