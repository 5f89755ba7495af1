"""Which networks, conversions, uploads, runs and editions a member may see."""

from django.shortcuts import get_object_or_404

from apps.accounts.models import Membership
from apps.attribution.models import Conversion, CostUpload, Edition, Network, Run, RunDraft


def network_for(member: Membership, pk: int) -> Network:
    return get_object_or_404(Network.objects.visible_to(member).select_related("created_by"), pk=pk)


def network_to_change(member: Membership, pk: int) -> Network:
    """The network, locked until the transaction ends."""
    return get_object_or_404(Network.objects.visible_to(member).select_for_update(), pk=pk)


def conversion_for(member: Membership, pk: int) -> Conversion:
    return get_object_or_404(Conversion.objects.visible_to(member).select_related("network"), pk=pk)


def cost_upload_for(member: Membership, pk: int) -> CostUpload:
    return get_object_or_404(CostUpload.objects.visible_to(member), pk=pk)


def cost_upload_to_change(member: Membership, pk: int) -> CostUpload:
    """The upload, locked until the transaction ends: of two who apply at once the second sees what the first did."""
    return get_object_or_404(CostUpload.objects.visible_to(member).select_for_update(), pk=pk)


def run_draft_for(member: Membership, pk: int) -> RunDraft:
    drafts = RunDraft.objects.visible_to(member).select_related("organization", "campaign", "run", "changed_by")
    return get_object_or_404(drafts, pk=pk)


def run_for(member: Membership, pk: int) -> Run:
    runs = Run.objects.visible_to(member).select_related("campaign", "reverts", "catches_up", "job", "created_by")
    return get_object_or_404(runs, pk=pk)


def edition_for(member: Membership, number: int) -> Edition:
    editions = Edition.objects.filter(organization_id=member.organization_id)
    return get_object_or_404(
        editions.select_related("run__campaign", "run__reverts", "run__catches_up", "run__job", "created_by"),
        number=number,
    )
