"""The definition of a campaign: which traffic is its own, where that is sent, and by which rules. docs/campaigns.md explains it."""

from apps.campaigns.definition.changes import changes
from apps.campaigns.definition.document import dump, empty
from apps.campaigns.definition.nodes import (
    Cap,
    Definition,
    Destination,
    Do,
    Others,
    Parameter,
    Parameters,
    RoutingRule,
    Share,
)
from apps.campaigns.definition.parse import parse, stored
from apps.campaigns.definition.routable import ROUTABLE
from apps.campaigns.definition.trouble import BadDefinition, Problem
from apps.ingress.plans.caps import Of, Per
from apps.ingress.plans.choice import Sticky

__all__ = [
    "ROUTABLE",
    "BadDefinition",
    "Cap",
    "Definition",
    "Destination",
    "Do",
    "Of",
    "Others",
    "Parameter",
    "Parameters",
    "Per",
    "Problem",
    "RoutingRule",
    "Share",
    "Sticky",
    "changes",
    "dump",
    "empty",
    "parse",
    "stored",
]
