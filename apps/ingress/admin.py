"""The staff's view of what ingress stores: dead letters to settle, events and postbacks to look at. Nothing can be edited."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.paginator import Paginator
from django.db.models import BinaryField, F, Func, IntegerField, Model, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.ingress.admin_filters import OrganizationFilter, WhenFilter
from apps.ingress.dead_letters import discard, replay
from apps.ingress.imports import NotStored
from apps.ingress.line_words import hex_dump, readable
from apps.ingress.models import DeadLetter, Postback, StoredEvent
from apps.ingress.owners import all_names, names_of
from apps.ingress.postbacks import read
from apps.ingress.warehouse.errors import WarehouseUnavailable

NOBODY = "none known"
LIST_CHARS = 80
# More than this does not fit into the time of a request; the command has no such limit.
SETTLED_AT_ONCE = 500
# Events further down are found by narrowing the filters; counting all of them would read the whole table.
EVENTS_COUNTED = 10_000


class ReadOnlyAdmin(admin.ModelAdmin[Model]):
    """Lists and shows, with the names of the organizations a page of rows belongs to."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """With the names asked for once and not in every row."""
        names = all_names()

        @admin.display(description="organization")
        def organization(row: Any) -> str:
            return names.get(row.organization_id, NOBODY)

        return [organization if name == "organization" else name for name in super().get_list_display(request)]

    @admin.display(description="organization")
    def organization(self, row: Any) -> str:
        return names_of([row.organization_id]).get(row.organization_id, NOBODY)


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    list_display = ("id", "created_at", "status", "short_reason", "short_line", "organization", "source")
    list_filter = ("status", "source", OrganizationFilter)
    search_fields = ("reason", "segment_id")
    search_help_text = "Text of the reason or of the line, or a segment's id."
    date_hierarchy = "created_at"
    actions = ("replay", "discard")
    fields = (
        "status", "organization", "reason", "source", "segment_id", "position", "created_at", "settled_at", "context",
        "line_text", "line_bytes",
    )  # fmt: skip
    readonly_fields = ("organization", "line_text", "line_bytes")

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ingress.change_deadletter")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The usual search, or the line's bytes contain the text."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if not search_term:
            return found, duplicates
        term = Value(search_term.encode(), output_field=BinaryField())
        place = Func(term, F("line"), function="position", arg_joiner=" in ", output_field=IntegerField())
        in_line = queryset.alias(place=place).filter(place__gt=0)
        return queryset.filter(Q(pk__in=found.values("pk")) | Q(pk__in=in_line.values("pk"))), duplicates

    @admin.display(description="reason")
    def short_reason(self, letter: DeadLetter) -> str:
        return letter.reason if len(letter.reason) <= LIST_CHARS else f"{letter.reason[:LIST_CHARS]}…"

    @admin.display(description="line")
    def short_line(self, letter: DeadLetter) -> str:
        return readable(bytes(letter.line), LIST_CHARS)

    @admin.display(description="line as text")
    def line_text(self, letter: DeadLetter) -> SafeString:
        return format_html("<pre>{}</pre>", readable(bytes(letter.line)))

    @admin.display(description="line as bytes")
    def line_bytes(self, letter: DeadLetter) -> SafeString:
        return format_html("<pre>{}</pre>", hex_dump(bytes(letter.line)))

    @admin.action(description="Replay: store them if that is possible now", permissions=["settle"])
    def replay(self, request: HttpRequest, letters: QuerySet[DeadLetter]) -> HttpResponse | None:
        if question := self._question(request, letters, "replay"):
            return question
        waiting = _waiting(letters)
        try:
            outcome = replay(waiting, timezone.now)
        except (WarehouseUnavailable, NotStored) as error:
            self.message_user(request, f"Stopped: {error} What was not replayed still waits.", messages.ERROR)
            return None
        self._log(request, waiting, "Sent through the door again.")
        self.message_user(request, f"{outcome.replayed:,} replayed.", messages.SUCCESS)
        if outcome.still_bad:
            words = f"{outcome.still_bad:,} still cannot be stored; their reasons are up to date."
            self.message_user(request, words, messages.WARNING)
        return None

    @admin.action(description="Discard: give them up", permissions=["settle"])
    def discard(self, request: HttpRequest, letters: QuerySet[DeadLetter]) -> HttpResponse | None:
        if question := self._question(request, letters, "discard"):
            return question
        waiting = _waiting(letters)
        count = discard(waiting, timezone.now())
        self._log(request, waiting, "Discarded.")
        self.message_user(request, f"{count:,} discarded. Their bytes stay here.", messages.SUCCESS)
        return None

    def _question(self, request: HttpRequest, letters: QuerySet[DeadLetter], verb: str) -> HttpResponse | None:
        """Asks once how many it will be; None when that was answered."""
        if request.POST.get("confirmed"):
            return None
        chosen = letters.count()
        waiting = letters.filter(status=DeadLetter.Status.WAITING).count()
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verb.capitalize()} dead letters?",
            "opts": self.model._meta,
            "verb": verb,
            "waiting": min(waiting, SETTLED_AT_ONCE),
            "left_over": max(waiting - SETTLED_AT_ONCE, 0),
            "settled_before": chosen - waiting,
            "select_across": request.POST.get("select_across", "0"),
            "ids": request.POST.getlist("_selected_action"),
        }
        return TemplateResponse(request, "admin/ingress/settle.html", context)

    def _log(self, request: HttpRequest, letters: list[DeadLetter], words: str) -> None:
        if letters and request.user.pk:
            LogEntry.objects.log_actions(request.user.pk, letters, CHANGE, words)


def _waiting(letters: QuerySet[DeadLetter]) -> list[DeadLetter]:
    return list(letters.filter(status=DeadLetter.Status.WAITING).order_by("pk")[:SETTLED_AT_ONCE])


@admin.register(Postback)
class PostbackAdmin(ReadOnlyAdmin):
    """Lines as they came. They hold keys of networks, which staff may see like everything of an organization."""

    list_display = ("id", "received_at", "reason", "organization", "network_id", "booked_at", "address")
    list_filter = ("reason", OrganizationFilter)
    list_per_page = 50
    fields = (
        "id", "received_at", "reason", "organization", "network_id", "booked_at", "line_text", "line_bytes",
    )  # fmt: skip
    readonly_fields = ("organization", "line_text", "line_bytes")
    actions = None

    @admin.display(description="address")
    def address(self, postback: Postback) -> str:
        request = read(bytes(postback.line))
        target = f"{request.method} {request.path}" + (f"?{request.query}" if request.query else "")
        return readable(target.encode("utf-8", "surrogateescape"), LIST_CHARS)

    @admin.display(description="line as text")
    def line_text(self, postback: Postback) -> SafeString:
        return format_html("<pre>{}</pre>", readable(bytes(postback.line)))

    @admin.display(description="line as bytes")
    def line_bytes(self, postback: Postback) -> SafeString:
        return format_html("<pre>{}</pre>", hex_dump(bytes(postback.line)))


class CountedToALimit(Paginator[Any]):
    @cached_property
    def count(self) -> int:
        return len(cast(QuerySet[Any], self.object_list).order_by().values_list("pk")[:EVENTS_COUNTED])


@admin.register(StoredEvent)
class StoredEventAdmin(ReadOnlyAdmin):
    list_display = (
        "event_id",
        "happened_at",
        "organization",
        "kind",
        "method",
        "address",
        "status",
        "reason",
        "origin",
        "ip",
    )
    list_filter = (WhenFilter, OrganizationFilter)
    ordering = ("-happened_at", "-event_id")
    paginator = CountedToALimit
    list_per_page = 50
    actions = None

    @admin.display(description="address")
    def address(self, event: StoredEvent) -> str:
        target = f"{event.path}?{event.query}" if event.query else f"{event.path}"
        return target if len(target) <= LIST_CHARS else f"{target[:LIST_CHARS]}…"
