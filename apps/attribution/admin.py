"""Staff's view of money: networks to look after, and what was booked, to look at only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from apps.attribution.models import Booking, Conversion, CostUpload, Network, NetworkVersion
from apps.attribution.presets import preset_maps
from apps.attribution.publish import publish_network


class ReadOnly:
    """Money is booked, never typed."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class VersionInline(ReadOnly, admin.TabularInline[NetworkVersion, Network]):
    model = NetworkVersion
    fields = readonly_fields = ("number", "currency", "parameters", "statuses", "created_by", "created_at")
    extra = 0
    verbose_name_plural = "versions, the newest first"


@admin.register(Network)
class NetworkAdmin(admin.ModelAdmin[Network]):
    list_display = ("name", "organization", "preset", "paused_at", "created_at")
    list_filter = ("preset", ("paused_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization",)
    search_fields = ("name", "key", "organization__name", "organization__key")
    autocomplete_fields = ("organization",)
    readonly_fields = ("key", "created_by", "created_at", "updated_at")
    fields = ("organization", "name", "preset", "secret", "addresses", "paused_at", *readonly_fields)
    inlines = (VersionInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Network | None = None) -> tuple[str, ...]:
        # The preset is where the maps began; choosing another later would change nothing.
        return (*self.readonly_fields, "organization", "preset") if obj else self.readonly_fields

    def get_inlines(self, request: HttpRequest, obj: Network | None) -> Any:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: Network, form: forms.ModelForm[Network], change: Any) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)
        if not change:
            obj.change_maps(preset_maps(obj.preset), obj.created_by)
        publish_network(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Network | None = None) -> bool:
        # Conversions name it; one that is done with is paused.
        return False


class BookingInline(ReadOnly, admin.TabularInline[Booking, Conversion]):
    model = Booking
    fields = readonly_fields = ("postback_id", "received_at", "outcome", "reason", "booked_at")
    extra = 0


@admin.register(Conversion)
class ConversionAdmin(ReadOnly, admin.ModelAdmin[Conversion]):
    list_display = (
        "id",
        "happened_at",
        "organization",
        "network",
        "txid",
        "goal",
        "status",
        "revenue",
        "pending",
        "problem",
    )
    list_filter = ("status", "problem", ("clicked_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization", "network")
    search_fields = ("txid__exact", "click__exact", "organization__key")
    show_full_result_count = False
    inlines = (BookingInline,)


@admin.register(Booking)
class BookingAdmin(ReadOnly, admin.ModelAdmin[Booking]):
    list_display = ("postback_id", "received_at", "network", "outcome", "reason")
    list_filter = ("outcome",)
    list_select_related = ("network",)
    search_fields = ("postback_id__exact",)
    show_full_result_count = False


@admin.register(CostUpload)
class CostUploadAdmin(ReadOnly, admin.ModelAdmin[CostUpload]):
    list_display = ("name", "organization", "status", "rows", "errors", "created_by", "created_at")
    list_filter = ("status",)
    list_select_related = ("organization", "created_by")
    search_fields = ("name", "organization__key")
    exclude = ("data",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CostUpload]:
        return super().get_queryset(request).defer("data")
