"""Settings, Channels: the rules that name a click's channel, what others would change, and their history."""

from datetime import date
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.roles import Verb
from apps.analytics import channel_rules
from apps.analytics.channel_forms import CHANGED_MEANWHILE, FORMS, ChangeForm, HistoryForm, NewRule, Parameters
from apps.analytics.channel_preview import DAYS, Preview, preview
from apps.analytics.channel_rules import ChangedMeanwhile, Draft, Shown
from apps.analytics.span import Span
from apps.ingress import reenrich
from apps.ingress.models import Job
from apps.ingress.models.jobs import JobQuerySet
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable
from apps.ingress.warehouse.reader import Warehouse


@member_required
@require_safe
def channels(request: MemberRequest) -> HttpResponse:
    return _page(request)


@member_required
@require_safe
def preview_channels(request: MemberRequest) -> HttpResponse:
    """What one change would do to the last days' clicks. Nothing is kept."""
    if "op" not in request.GET:
        return _page(request)
    form = _change(request, request.GET)
    if not form.is_valid():
        return _page(request, form)
    context = {"form": form, "days": DAYS, **_rules(form.draft)}
    try:
        context["preview"] = _preview(request, form)
    except (WarehouseUnavailable, QuestionTooLarge):
        context["trouble"] = "ClickHouse does not answer, so what would change cannot be counted now."
    return render(request, "analytics/channel_preview.html", context)


@role_required(Verb.MANAGE)
@require_POST
def change_channels(request: MemberRequest) -> HttpResponse:
    form = _change(request, request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        written = channel_rules.write(request.member, form.draft, seen=form.cleaned_data["seen"])
    except ChangedMeanwhile:
        form.add_error("seen", CHANGED_MEANWHILE)
        return _page(request, form)
    messages.success(request, f"Version {written.version} is in force within seconds, for clicks from now on.")
    return redirect("analytics:channels")


@role_required(Verb.MANAGE)
@require_POST
def apply_channels(request: MemberRequest) -> HttpResponse:
    """Makes history again by the rules as they are now; while that goes on, leads to it."""
    form = HistoryForm(request.POST, today_on=_today_on(request))
    if not form.is_valid():
        return _page(request, history=form)
    job = _jobs(request).open().first() or reenrich.start(
        form.cleaned_data["step"],
        form.start,
        form.end,
        organization_id=request.member.organization_id,
        user_id=request.member.user.pk,
    )
    return redirect("analytics:job", job.pk)


def _change(request: MemberRequest, said: QueryDict) -> ChangeForm:
    """Errors: Http404 for a change there is not."""
    form = FORMS.get(said.get("op", ""))
    if form is None:
        raise Http404("no such change")
    return form(said, member=request.member)


def _page(
    request: MemberRequest, refused: ChangeForm | None = None, *, history: HistoryForm | None = None
) -> HttpResponse:
    member = request.member
    newest = Draft.of(channel_rules.newest_of(member))
    rules = _rules(newest)
    context = {
        **rules,
        "names": dict.fromkeys(rule.channel for rule in [*rules["own"], *rules["builtin"]]),
        "may_change": member.may_manage,
        "parameters": channel_rules.parameters_in_force(newest),
        "versions": channel_rules.versions_of(member),
        "trouble": refused.trouble if refused else [],
        "new_rule": refused if isinstance(refused, NewRule) else NewRule(member=member, op="add"),
        "parameters_form": refused if isinstance(refused, Parameters) else Parameters(member=member, op="parameters"),
        "history": history or HistoryForm(today_on=_today_on(request)),
        "job": _jobs(request).first(),
        "seen": NewRule(member=member).version,
    }
    return render(request, "analytics/channels.html", context, status=422 if refused or history else 200)


def _rules(draft: Draft) -> dict[str, list[Shown]]:
    """All in force under the draft, in the order in which they are tried."""
    return {
        "own": channel_rules.shown(draft.rows),
        "builtin": channel_rules.shown(channel_rules.builtin_rows(draft)),
    }


def _preview(request: MemberRequest, form: ChangeForm) -> Preview:
    organization, now = request.member.organization, timezone.now()
    span = Span.last_days(DAYS, now=now, zone=ZoneInfo(organization.time_zone))
    return preview(Warehouse(organization.pk), form.current, form.draft, span, now)


def _today_on(request: MemberRequest) -> date:
    return timezone.now().astimezone(ZoneInfo(request.member.organization.time_zone)).date()


def _jobs(request: MemberRequest) -> JobQuerySet:
    """Enrichment of the organization made again, the newest first."""
    return Job.objects.filter(organization_id=request.member.organization_id, kind=reenrich.KIND)
