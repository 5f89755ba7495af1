"""Staff's view of the links. A link is paused, not deleted: its clicks name it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from apps.campaigns.forms import NewLink
from apps.campaigns.models import Link
from apps.campaigns.publish import publish_link


class StaffLink(NewLink):
    class Meta:
        model = Link
        help_texts = NewLink.Meta.help_texts
        fields = ("organization", "name", "destination", "key", "paused_at")


@admin.register(Link)
class LinkAdmin(admin.ModelAdmin[Link]):
    form = StaffLink
    list_display = ("name", "key", "organization", "destination", "paused_at", "created_at")
    list_filter = (("paused_at", admin.EmptyFieldListFilter),)
    list_select_related = ("organization",)
    search_fields = ("name", "key", "destination", "organization__name", "organization__key")
    autocomplete_fields = ("organization",)
    readonly_fields = ("url", "created_by", "created_at", "updated_at")
    fields = ("organization", "name", "destination", "key", "paused_at", *readonly_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Link | None = None) -> tuple[str, ...]:
        # Printed QR codes hold the key, and clicks are stored under it: neither can follow a change.
        return (*self.readonly_fields, "key", "organization") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Link, form: forms.ModelForm[Link], change: Any) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)
        publish_link(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Link | None = None) -> bool:
        return False
