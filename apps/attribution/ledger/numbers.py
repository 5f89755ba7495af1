"""Numbers of editions: runs take theirs when they begin, and not every one of those becomes an edition."""

from django.db.models import Max

from apps.attribution.models import Edition, Run


def newest(organization_id: int) -> int:
    """Of the newest edition; 0 before the first."""
    return Edition.objects.filter(organization_id=organization_id).aggregate(last=Max("number"))["last"] or 0


def following(organization_id: int) -> int:
    """The number that nobody has taken yet. Whoever calls holds the organization's pen."""
    taken = Run.objects.filter(organization_id=organization_id).aggregate(last=Max("number"))["last"] or 0
    return max(taken, newest(organization_id)) + 1
