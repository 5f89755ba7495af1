"""Organizations as ingress's commands and admin name them.

Ingress imports nothing of ours; at the edge, where people type keys and read names, it asks Django's registry.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Count, Max, QuerySet


class UnknownOrganization(Exception):
    """Nobody has this key. The text names those that exist."""


@dataclass(frozen=True)
class Owner:
    organization_id: int
    key: str
    name: str
    retention_days: int
    time_zone: str


def owner_named(key: str) -> Owner:
    """The organization with this key. Errors: UnknownOrganization."""
    known = _owners(key=key)
    if not known:
        keys = ", ".join(owner.key for owner in _owners()[:10]) or "there is none yet"
        raise UnknownOrganization(f"There is no organization {key!r}. Known keys: {keys}.")
    return known[0]


def names_of(organization_ids: Iterable[int]) -> dict[int, str]:
    return {owner.organization_id: owner.name for owner in _owners(id__in=set(organization_ids))}


def all_names() -> dict[int, str]:
    return {owner.organization_id: owner.name for owner in _owners()}


def verified_domains() -> dict[int, frozenset[str]]:
    """The domains that are whose."""
    found: dict[int, set[str]] = {}
    for number, name in _domains().values_list("organization_id", "name"):
        found.setdefault(number, set()).add(name)
    return {number: frozenset(names) for number, names in found.items()}


def state_of_domains() -> tuple[object, ...]:
    """Differs as soon as `verified_domains` does."""
    return tuple(_domains().aggregate(Count("pk"), Max("pk"), Max("verified_at")).values())


def _domains() -> QuerySet[Any]:
    model = apps.get_model("accounts", "Domain")
    return model._default_manager.filter(verified_at__isnull=False).order_by()


def _owners(**conditions: object) -> list[Owner]:
    model = apps.get_model("accounts", "Organization")
    found = model._default_manager.filter(**conditions).order_by("name")
    return [Owner(*row) for row in found.values_list("id", "key", "name", "retention_days", "time_zone")]
