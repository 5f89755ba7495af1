"""Staff's view of links and campaigns. A link is paused and a campaign archived, not deleted: clicks name them.

What a campaign does is edited on its pages, where a second editor is told of the first; here it is looked at, and stopped.
"""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.accounts.models import User
from apps.campaigns import editing
from apps.campaigns.editing import NotPossible
from apps.campaigns.forms import NewLink
from apps.campaigns.models import Campaign, CampaignVersion, Link
from apps.campaigns.publish import publish_link


class StaffLink(NewLink):
    class Meta:
        model = Link
        help_texts = NewLink.Meta.help_texts
        fields = ("organization", "name", "destination", "key", "paused_at")


@admin.register(Link)
class LinkAdmin(admin.ModelAdmin[Link]):
    form = StaffLink
    list_display = ("name", "key", "organization", "campaign", "destination", "paused_at", "created_at")
    list_filter = (("paused_at", admin.EmptyFieldListFilter), ("campaign", admin.EmptyFieldListFilter))
    list_select_related = ("organization", "campaign")
    search_fields = ("name", "key", "destination", "organization__name", "organization__key", "campaign__key")
    autocomplete_fields = ("organization",)
    readonly_fields = ("url", "campaign", "source", "parameters", "created_by", "created_at", "updated_at")
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


class ReadOnly:
    """What is looked at here is changed elsewhere, or never."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class VersionInline(ReadOnly, admin.TabularInline[CampaignVersion, Campaign]):
    model = CampaignVersion
    fields = readonly_fields = ("number", "note", "changes", "created_by", "created_at")
    extra = 0
    show_change_link = True
    verbose_name_plural = "versions, the newest first"

    def get_queryset(self, request: HttpRequest) -> QuerySet[CampaignVersion]:
        return super().get_queryset(request).select_related("created_by").defer("document")


@admin.register(Campaign)
class CampaignAdmin(ReadOnly, admin.ModelAdmin[Campaign]):
    list_display = ("name", "key", "organization", "status", "tags", "published", "edited_by", "edited_at")
    list_filter = ("status",)
    list_select_related = ("organization", "version", "edited_by")
    search_fields = ("name", "key", "organization__name", "organization__key")
    exclude = ("draft",)
    readonly_fields = ("the_draft",)
    inlines = (VersionInline,)
    actions = ("pause", "archive")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        return super().get_queryset(request).defer("draft", "version__document")

    def has_stop_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns.change_campaign")

    @admin.display(description="version", ordering="version__number")
    def published(self, campaign: Campaign) -> int | None:
        return campaign.version.number if campaign.version else None

    @admin.display(description="draft")
    def the_draft(self, campaign: Campaign) -> SafeString:
        return _indented(campaign.draft)

    @admin.action(description="Pause", permissions=["stop"])
    def pause(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self._stop(request, campaigns, editing.pause)

    @admin.action(description="Archive", permissions=["stop"])
    def archive(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self._stop(request, campaigns, editing.archive)

    def _stop(self, request: HttpRequest, campaigns: QuerySet[Campaign], act: Callable[..., Campaign]) -> None:
        user = User.objects.get(email=request.user.get_username())
        for campaign in campaigns:
            try:
                stopped = act(campaign.pk, user=user)
            except NotPossible as error:
                self.message_user(request, f"{campaign}: {error}", messages.WARNING)
            else:
                self.log_change(request, stopped, f"Now {stopped.status}.")
                self.message_user(request, f"{campaign}: {stopped.get_status_display()}", messages.SUCCESS)


@admin.register(CampaignVersion)
class CampaignVersionAdmin(ReadOnly, admin.ModelAdmin[CampaignVersion]):
    list_display = ("campaign", "number", "note", "created_by", "created_at")
    list_select_related = ("campaign", "created_by")
    search_fields = ("campaign__name", "campaign__key", "campaign__organization__key", "note")
    exclude = ("document",)
    readonly_fields = ("the_document",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CampaignVersion]:
        return super().get_queryset(request).defer("document", "campaign__draft")

    @admin.display(description="document")
    def the_document(self, version: CampaignVersion) -> SafeString:
        return _indented(version.document)


def _indented(document: object) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(document, indent=2, ensure_ascii=False))
