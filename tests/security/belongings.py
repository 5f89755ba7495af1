"""What belongs to whom, found in the models themselves: a new model is looked at without being named here."""

from typing import Any

from django.apps import apps
from django.db import models

from apps.accounts.models import Organization

# Written about an organization by others than its members: what stands there changes when anybody looks.
OURS = tuple(model for model in apps.get_models() if model.__module__.startswith("apps.") and model._meta.managed)
IN_POSTGRESQL = [model for model in OURS if "clickhouse" not in type(model._meta.get_fields()[0]).__module__]


def owned() -> list[type[models.Model]]:
    """Models with a row for each thing of one organization."""
    return [
        model for model in IN_POSTGRESQL if any(f.attname == "organization_id" for f in model._meta.concrete_fields)
    ]


def things_of(organization: Organization) -> dict[str, list[Any]]:
    """Every row of the organization's, whole."""
    found = {
        model._meta.label: list(model._default_manager.filter(organization_id=organization.pk).order_by("pk").values())
        for model in owned()
    }
    return found | {"organization": list(Organization.objects.filter(pk=organization.pk).values())}


def strays() -> list[str]:
    """Rows of one organization that point at a row of another."""
    found = []
    for model in owned():
        for link in model._meta.concrete_fields:
            target = link.related_model
            if isinstance(target, type) and target in owned() and target is not Organization:
                theirs = f"{link.name}__organization_id"
                apart = model._default_manager.exclude(**{link.name: None})
                apart = apart.exclude(**{theirs: models.F("organization_id")})
                found += [f"{model._meta.label} {row.pk}: {link.name}" for row in apart]
    return found
