"""Which links a member may see and change."""

from django.db.models import Q
from django.shortcuts import get_object_or_404

from apps.accounts.models import Membership
from apps.campaigns.models import Link, LinkQuerySet


def links_for(member: Membership, *, search: str = "") -> LinkQuerySet:
    """The organization's links, newest first; `search` looks in name, key and destination."""
    links = Link.objects.visible_to(member)
    if not search:
        return links
    return links.filter(Q(name__icontains=search) | Q(key__icontains=search) | Q(destination__icontains=search))


def link_for(member: Membership, key: str) -> Link:
    return get_object_or_404(Link.objects.visible_to(member).select_related("created_by"), key=key)


def link_to_change(member: Membership, key: str) -> Link:
    """The link, locked until the transaction ends: of two who save at once the second sees what the first did."""
    return get_object_or_404(Link.objects.visible_to(member).select_for_update(), key=key)
