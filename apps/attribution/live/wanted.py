"""Which rules should label what comes, by campaigns and runs as they are now."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from apps.attribution.models import Run
from apps.attribution.models.ledger import RunQuerySet
from apps.campaigns.definition import stored
from apps.campaigns.models import Campaign, Link
from apps.campaigns.models.campaigns import Status
from apps.ingress.labelling import Line, dump
from apps.ingress.rules import Term, parse

Document = dict[str, Any]
# A run in one of these has come to nothing.
ENDED = (Run.State.CANCELLED, Run.State.FAILED)


def wanted(organization_id: int) -> Document:
    """A document as LabelTable has it: campaigns by priority, of each its published membership and then what runs put in force.

    A draft has only what runs put in force, an archived campaign nothing. Cost: reads what is published of every campaign.
    """
    campaigns = Campaign.objects.filter(organization_id=organization_id).exclude(status=Status.ARCHIVED)
    active: list[Line] = []
    paused: list[Line] = []
    runs: dict[int, list[Run]] = {}
    for run in live_runs(organization_id).order_by("pk"):
        runs.setdefault(run.campaign_id, []).append(run)
    for campaign in campaigns.select_related("version").defer("draft").order_by("priority", "pk"):
        lines = paused if campaign.status == Status.PAUSED else active
        lines += _own(campaign)
        lines += [Line(campaign.pk, parse(run.rule), run.pk, run.rule_version) for run in runs.get(campaign.pk, [])]
    return dump(active, paused, _keys(organization_id))


def live_runs(organization_id: int) -> RunQuerySet:
    """Runs whose rule is in force for what comes: from when they are done until somebody begins to take them back."""
    taken_back = Run.objects.filter(reverts__isnull=False).exclude(state__in=ENDED)
    done = Run.objects.done().filter(organization_id=organization_id, goes_live=True)
    return done.exclude(pk__in=taken_back.values("reverts"))


def _own(campaign: Campaign) -> Iterator[Line]:
    if campaign.version is not None and campaign.status != Status.DRAFT:
        membership = stored(campaign.version.document).membership
        routed = Term("routed_campaign_id", "is", campaign.pk)
        yield Line(campaign.pk, routed if membership is None else membership, version=campaign.version.number)


def _keys(organization_id: int) -> Iterator[str]:
    """Of everything that has a campaign; a link without one says so by its number."""
    of_organization = Q(organization_id=organization_id)
    yield from Campaign.objects.filter(of_organization).values_list("key", flat=True)
    yield from Link.objects.filter(of_organization, campaign__isnull=False).values_list("key", flat=True)
