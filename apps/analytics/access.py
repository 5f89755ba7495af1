"""Which stored thing a member may see: the object, or Http404."""

from django.http import Http404

from apps.accounts.models import Membership
from apps.analytics.reports.events import BIGGEST_ID, event_by_id
from apps.ingress.event import Event
from apps.ingress.warehouse.reader import Warehouse


def event_for(member: Membership, event_id: int) -> Event:
    """An event of the member's organization; another's is as absent as one that never was.

    Errors: Http404, those of Warehouse.rows.
    """
    event = event_by_id(Warehouse(member.organization_id), event_id) if event_id <= BIGGEST_ID else None
    if event is None:
        raise Http404("no such event")
    return event
