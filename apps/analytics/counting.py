"""Whose clicks a campaign's figures count: those attributed to it, or those it routed."""

from dataclasses import replace
from enum import StrEnum

from django import forms

from apps.analytics.query import Labelled, Query
from apps.analytics.query.dimensions import LABEL
from apps.attribution.models import Run
from apps.campaigns.models import Campaign
from apps.ingress.rules import Every, Term

ROUTED_DIMENSION = "routed_campaign"


class By(StrEnum):
    """What the ledger says, which can change, or where the click went, which cannot."""

    ATTRIBUTED = "attributed"
    ROUTED = "routed"

    @classmethod
    def usual(cls, *campaigns: Campaign) -> dict[int, "By"]:
        """By each campaign's number: what is attributed once a run has named clicks for it, until then what was routed.

        Rules for what comes say nothing of what came before; of what was routed nothing is missing. Cost: a query.
        """
        runs = Run.objects.done().filter(campaign__in=[campaign.pk for campaign in campaigns], reverts=None)
        named = {*runs.values_list("campaign_id", flat=True)}
        return {campaign.pk: cls.ATTRIBUTED if campaign.pk in named else cls.ROUTED for campaign in campaigns}

    @property
    def dimension(self) -> str:
        return LABEL if self is By.ATTRIBUTED else ROUTED_DIMENSION

    @property
    def field(self) -> str:
        """What an address calls it that is narrowed so."""
        return LABEL if self is By.ATTRIBUTED else "routed_campaign_id"

    def narrowed(self, query: Query, *campaigns: Campaign) -> Query:
        """The same question about the clicks of these campaigns alone."""
        numbers = tuple(campaign.pk for campaign in campaigns)
        if self is By.ROUTED:
            return replace(query, rule=Every((Term("routed_campaign_id", "in", numbers), query.rule)))
        labelled = Labelled(numbers)
        return replace(query, labelled=labelled.also(query.labelled) if query.labelled else labelled)


class ByField(forms.ChoiceField):
    """`by` of an address."""

    def __init__(self) -> None:
        super().__init__(
            choices=[(By.ATTRIBUTED, "Attributed"), (By.ROUTED, "Routed")],
            required=False,
            label="Count",
            error_messages={"invalid_choice": "Count what is attributed, or what was routed."},
        )
