"""Which networks, conversions, uploads, runs, editions and webhooks a member, or a program with a key, may see."""

from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404

from apps.accounts.belonging import Insider
from apps.accounts.models import Membership
from apps.attribution.models import (
    Conversion,
    CostUpload,
    Edition,
    Network,
    Run,
    RunDraft,
    WebhookDelivery,
    WebhookEndpoint,
)


def network_for(member: Membership, pk: int) -> Network:
    return get_object_or_404(Network.objects.visible_to(member).select_related("created_by"), pk=pk)


def network_to_change(member: Membership, pk: int) -> Network:
    """The network, locked until the transaction ends."""
    return get_object_or_404(Network.objects.visible_to(member).select_for_update(), pk=pk)


def conversions_for(member: Insider) -> QuerySet[Conversion]:
    return Conversion.objects.visible_to(member).select_related("network")


def conversion_for(member: Insider, pk: int) -> Conversion:
    return get_object_or_404(conversions_for(member), pk=pk)


def cost_upload_for(member: Membership, pk: int) -> CostUpload:
    return get_object_or_404(CostUpload.objects.visible_to(member), pk=pk)


def cost_upload_to_change(member: Membership, pk: int) -> CostUpload:
    """The upload, locked until the transaction ends: of two who apply at once the second sees what the first did."""
    return get_object_or_404(CostUpload.objects.visible_to(member).select_for_update(), pk=pk)


def run_draft_for(member: Membership, pk: int) -> RunDraft:
    drafts = RunDraft.objects.visible_to(member).select_related("organization", "campaign", "run", "changed_by")
    return get_object_or_404(drafts, pk=pk)


def runs_for(member: Insider) -> QuerySet[Run]:
    """The organization's runs, with the campaigns and people they name."""
    return Run.objects.visible_to(member).select_related("campaign", "created_by")


def run_for(member: Insider, pk: int) -> Run:
    return get_object_or_404(runs_for(member).select_related("reverts", "catches_up", "job"), pk=pk)


def editions_for(member: Insider) -> QuerySet[Edition]:
    return Edition.objects.filter(organization_id=member.organization_id).select_related("created_by")


def edition_for(member: Insider, number: int) -> Edition:
    """With its run and what that is about."""
    editions = editions_for(member).select_related("run__campaign", "run__reverts", "run__catches_up", "run__job")
    return get_object_or_404(editions.select_related("created_by"), number=number)


def run_to_revert(member: Insider, number: int) -> Run | None:
    """What made the edition, locked until the transaction ends: of two who revert it at once the second sees the first one's run.

    None when no run did.
    """
    edition = edition_for(member, number)
    return Run.objects.select_for_update(no_key=True).filter(edition=edition).first()


def endpoints_for(member: Insider) -> QuerySet[WebhookEndpoint]:
    """Each with `failing`: whether a message waits for another attempt, or was given up."""
    lost = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), attempts__gt=0).exclude(state="delivered")
    return WebhookEndpoint.objects.visible_to(member).annotate(failing=Exists(lost))


def endpoint_for(member: Insider, pk: int) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.visible_to(member), pk=pk)


def endpoint_to_change(member: Insider, pk: int) -> WebhookEndpoint:
    """The endpoint, locked until the transaction ends."""
    return get_object_or_404(WebhookEndpoint.objects.visible_to(member).select_for_update(no_key=True), pk=pk)


def delivery_for(member: Insider, endpoint_id: int, pk: int) -> WebhookDelivery:
    return get_object_or_404(endpoint_for(member, endpoint_id).deliveries, pk=pk)
