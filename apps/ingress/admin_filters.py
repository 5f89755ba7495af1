"""Filters of the staff's lists."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.ingress.owners import all_names

DEFAULT_DAYS = 1
DIGITS_MAX = 18


class OrganizationFilter(admin.SimpleListFilter):
    title = "organization"
    parameter_name = "organization"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Iterable[tuple[str, str]]:
        return [("0", "None known"), *((str(number), name) for number, name in all_names().items())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        return queryset.filter(organization_id=int(chosen)) if _is_number(chosen) else queryset


class WhenFilter(admin.SimpleListFilter):
    """The last day unless asked otherwise: events are many, and ClickHouse finds the newest by their time."""

    title = "when"
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Iterable[tuple[str, str]]:
        return [("7", "Last 7 days"), ("90", "Last 90 days"), ("all", "Ever")]

    def choices(self, changelist: Any) -> Any:
        choices = list(super().choices(changelist))
        choices[0]["display"] = "Last 24 hours"
        return choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or str(DEFAULT_DAYS)
        if not _is_number(chosen):
            return queryset
        return queryset.filter(happened_at__gte=timezone.now() - timedelta(days=min(int(chosen), 36_500)))


def _is_number(chosen: str) -> bool:
    return chosen.isascii() and chosen.isdigit() and len(chosen) <= DIGITS_MAX
