"""Which stored thing a member may see: the object, or Http404."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from apps.accounts.belonging import Insider
from apps.accounts.models import Membership
from apps.analytics.models import SavedView
from apps.analytics.reports.events import BIGGEST_ID, event_by_id
from apps.ingress.event import Event
from apps.ingress.models import Job
from apps.ingress.warehouse.reader import Warehouse


def event_for(member: Membership, event_id: int) -> Event:
    """An event of the member's organization; another's is as absent as one that never was.

    Errors: Http404, those of Warehouse.rows.
    """
    event = event_by_id(Warehouse(member.organization_id), event_id) if event_id <= BIGGEST_ID else None
    if event is None:
        raise Http404("no such event")
    return event


def jobs_for(member: Membership) -> QuerySet[Job]:
    """The organization's jobs, newest first; for staff those of the whole installation too."""
    organizations = [member.organization_id, 0] if member.user.is_staff else [member.organization_id]
    return Job.objects.filter(organization_id__in=organizations)


def job_for(member: Membership, job_id: int) -> Job:
    return get_object_or_404(jobs_for(member), pk=job_id)


def saved_view_for(member: Membership, view_id: int) -> SavedView:
    """One's own or a shared one of the organization. Errors: Http404."""
    return get_object_or_404(SavedView.objects.visible_to(member), pk=view_id)


def shared_views_for(program: Insider) -> QuerySet[SavedView]:
    """Those that everybody of the organization sees, with their owners."""
    shared = SavedView.objects.filter(organization_id=program.organization_id, is_shared=True)
    return shared.select_related("owner")


def changeable_view_for(member: Membership, view_id: int) -> SavedView:
    """One's own, or any shared one for who manages the organization. Errors: Http404."""
    return get_object_or_404(SavedView.objects.changeable_by(member), pk=view_id)
