"""Money: what networks report and what was spent, in PostgreSQL; the rows that reports sum, in ClickHouse."""

from apps.attribution.models.conversions import Booking, Conversion, ConversionChange
from apps.attribution.models.costs import CostUpload
from apps.attribution.models.facts import StoredConversion, StoredCost
from apps.attribution.models.networks import Network, NetworkVersion

__all__ = [
    "Booking",
    "Conversion",
    "ConversionChange",
    "CostUpload",
    "Network",
    "NetworkVersion",
    "StoredConversion",
    "StoredCost",
]
