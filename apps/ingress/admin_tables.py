"""The staff's pages of the tables that enrichment looks things up in. Each change makes a new revision of its table."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from apps.ingress.admin import ReadOnlyAdmin
from apps.ingress.admin_filters import OrganizationFilter
from apps.ingress.models import (
    AdClickParameter,
    ChannelRule,
    OrganizationTables,
    Referrer,
    SourceCategory,
    TableRevision,
)
from apps.ingress.models.tables import Row

# What a row is after staff changed it. Neither a new version of Trellis nor a newer list touches it from then on.
EDITED = {Row.Origin.BUILTIN: Row.Origin.CHANGED, Row.Origin.LIST: Row.Origin.OURS}


class RowAdmin(admin.ModelAdmin[Any]):
    """Rows of one table. One that is built in can be changed, and is marked so; it cannot be deleted, the next version of
    Trellis would bring it back."""

    table: str
    readonly_fields = ("origin",)
    actions = None
    list_per_page = 100
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (not isinstance(obj, Row) or obj.origin in (Row.Origin.OURS, Row.Origin.LIST))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not form.changed_data:
            return
        obj.origin = EDITED.get(obj.origin, obj.origin)
        super().save_model(request, obj, form, change)
        TableRevision.bump(self.table, by=str(request.user))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        TableRevision.bump(self.table, by=str(request.user))


@admin.register(Referrer)
class ReferrerAdmin(RowAdmin):
    table = "referrers"
    list_display = ("pattern", "name", "medium", "terms", "origin")
    list_filter = ("medium", "origin")
    search_fields = ("pattern", "name")
    search_help_text = "A host, or the name of a site."
    fields = ("pattern", "name", "medium", "terms", "charsets", "origin")


@admin.register(AdClickParameter)
class AdClickParameterAdmin(RowAdmin):
    table = "ad_clicks"
    list_display = ("parameter", "network", "medium", "is_paid", "priority", "note", "origin")
    list_filter = ("is_paid", "medium", "origin")
    search_fields = ("parameter", "network", "note")
    search_help_text = "A parameter, or the name of a network."
    fields = ("parameter", "network", "medium", "is_paid", "priority", "note", "origin")


@admin.register(SourceCategory)
class SourceCategoryAdmin(RowAdmin):
    table = "sources"
    list_display = ("source", "category", "origin")
    list_filter = ("category", "origin")
    search_fields = ("source",)
    search_help_text = "What stands in utm_source."
    fields = ("source", "category", "origin")


@admin.register(ChannelRule)
class ChannelRuleAdmin(RowAdmin):
    table = "channels"
    list_display = ("position", "channel", "category", "source", "medium", "campaign", "ad_paid", "origin")
    list_display_links = ("position", "channel")
    list_filter = ("channel", "category", "origin")
    search_fields = ("channel", "source", "medium", "campaign")
    search_help_text = "The name of a channel, or part of a pattern."
    fields = ("position", "channel", "category", "source", "medium", "campaign", "ad_paid", "origin")


@admin.register(OrganizationTables)
class OrganizationTablesAdmin(ReadOnlyAdmin):
    """Versions are added and never changed: what a click was called can be looked up for ever."""

    list_display = ("organization", "version", "channels_replace", "written_by", "written_at")
    list_filter = (OrganizationFilter,)
    fields = ("organization_id", "campaign_parameters", "channel_rules", "channels_replace", "own_domains")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ingress.add_organizationtables")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        said = {name: form.cleaned_data[name] for name in self.fields[1:]}
        written = OrganizationTables.write(obj.organization_id, by=str(request.user), **said)
        obj.pk, obj.version = written.pk, written.version


@admin.register(TableRevision)
class TableRevisionAdmin(ReadOnlyAdmin):
    list_display = ("id", "name", "changed_by", "changed_at")
    list_filter = ("name",)
    actions = None
