"""What the pages of retroactive attribution count: what a run would do, what editions changed, what an event was called."""

from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.accounts.access import MemberRequest, role_required
from apps.accounts.roles import Verb
from apps.analytics.access import event_for
from apps.analytics.edition_forms import EditionsForm, editions_for
from apps.analytics.foreseen import foreseen, over_days
from apps.analytics.foreseen_sample import Told, told
from apps.analytics.forms import ReportForm
from apps.analytics.label_account import account
from apps.analytics.page import EXACT, Question, render_part, report
from apps.analytics.query import BadQuery
from apps.analytics.reports.clicks_by_edition import clicks_by_campaign, clicks_by_day
from apps.analytics.routing.clicks import Clicks
from apps.analytics.routing.reach import reach
from apps.analytics.routing_forms import RuleForm
from apps.analytics.saved_views import views_of_labels
from apps.analytics.span import Span
from apps.attribution import access
from apps.attribution.ledger import editions
from apps.attribution.ledger.orders import Apply, revert_now
from apps.attribution.ledger.preview import preview
from apps.attribution.models import Policy
from apps.attribution.wizard import drafts
from apps.campaigns.models import Campaign
from apps.ingress.event import Unlabelled
from apps.ingress.warehouse.reader import Warehouse

PARTS = {
    "preview": "analytics/retroactive/_preview.html",
    "policies": "analytics/retroactive/_policies.html",
    "confirm": "analytics/retroactive/_confirm.html",
}
PATIENCE_S = 60
# Why no campaign had a claim on it when it was stored.
UNLABELLED: dict[str, str] = {
    Unlabelled.NO_KEY: "When it came, no campaign's rule held for it, and its address names no campaign.",
    Unlabelled.UNKNOWN_KEY: "When it came, no campaign's rule held for it, and its address names a campaign that nobody has.",
    Unlabelled.PAUSED: "When it came, the campaign that would have had it was paused.",
    Unlabelled.NO_RULE: "When it came, no campaign's rule held for it.",
}


@role_required(Verb.WRITE)
@require_POST
def draft_reach(request: MemberRequest, draft_id: int) -> HttpResponse:
    """For how many clicks of the draft's days the condition holds that is being typed."""
    draft = access.run_draft_for(request.member, draft_id)
    question, form = Question.read(request, ReportForm, now=timezone.now()), RuleForm(request.POST)
    start, end = drafts.span_of(draft)
    label = f"from {draft.first_on:%-d %b %Y} to {draft.last_on:%-d %b %Y}"
    clicks = Clicks(Span(start, min(end, question.now), question.zone, label))
    found = reach(question.warehouse, form.rule, clicks) if form.rule else None
    context = {"form": form, "reach": found, "during": label, "is_of_everything": True}
    with timezone.override(question.zone):
        return render(request, "analytics/routing/_reach.html", context)


@report("what it would change")
def draft_preview(request: MemberRequest, draft_id: int, part: str) -> HttpResponse:
    """Both policies, counted at once; the part says how much of that is shown."""
    draft, now = access.run_draft_for(request.member, draft_id), timezone.now()
    if part not in PARTS:
        raise Http404("no such part")
    try:
        order = drafts.order_of(draft, Policy.OVERRIDE, now)
    except drafts.Unready as error:
        raise BadQuery("draft", str(error)) from error
    if part == "preview" and request.htmx and EXACT not in request.GET and (first := _told(request, order)):
        return render_part(request, "analytics/retroactive/_told.html", {"told": first}, title="What would change")
    zone, warehouse = draft.organization.time_zone, Warehouse(draft.organization_id)
    found = foreseen(preview(order, max_execution_s=PATIENCE_S, zone=zone), Policy(draft.policy), draft.organization_id)
    context = {"draft": draft, "foreseen": found, "currency": draft.organization.currency}
    if part == "preview":
        has = draft.campaign_id is not None
        days = clicks_by_day(warehouse, order.campaign_id, order.base, order.base, zone=zone) if has else []
        within = [one for one in days if draft.first_on <= one.day <= draft.last_on]
        context["chart"] = found.chart(within)
        context["views"] = views_of_labels(request.member, draft.first_on, draft.last_on, now)
    return render_part(request, PARTS[part], context, title="What would change")


def _told(request: MemberRequest, order: Apply) -> Told | None:
    zone = ZoneInfo(request.member.organization.time_zone)
    return told(order, Span(order.start, min(order.end, timezone.now()), zone, "the days of the draft"))


@report("what reverting would change")
def revert_preview(request: MemberRequest, number: int) -> HttpResponse:
    edition = access.edition_for(request.member, number)
    if edition.run is None or edition.run.catches_up_id:
        raise BadQuery("edition", "This edition is not reverted by itself.")
    organization = request.member.organization
    counted = preview(revert_now(edition.run), max_execution_s=PATIENCE_S, zone=organization.time_zone)
    found = foreseen(counted, Policy.OVERRIDE, organization.pk)
    context = {"edition": edition, "foreseen": found, "currency": organization.currency}
    return render_part(request, "analytics/retroactive/_revert.html", context, title=f"Reverting edition {number}")


@report("clicks before and after")
def edition_comparison(request: MemberRequest, number: int) -> HttpResponse:
    """Clicks by campaign as of two editions, and by day of one campaign."""
    edition = access.edition_for(request.member, number)
    organization = request.member.organization
    form = EditionsForm(request.GET, number=number, choices=editions_for(organization.pk))
    if not form.is_valid():
        raise BadQuery("edition", "There is no such edition to compare with.")
    before, after = (editions.as_of(organization.pk, chosen) for chosen in form.numbers)
    warehouse = Warehouse(organization.pk)
    rows = clicks_by_campaign(warehouse, before, after)
    campaigns = Campaign.objects.filter(organization=organization).only("pk", "name", "key")
    names = campaigns.in_bulk([row.campaign_id for row in rows])
    shown = form.campaign(rows, edition)
    days = clicks_by_day(warehouse, shown, before, after, zone=organization.time_zone) if shown else []
    series = {
        f"Edition {before.number}": {one.day: one.before for one in days},
        f"Edition {after.number}": {one.day: one.after for one in days},
    }
    context = {
        "edition": edition,
        "form": form,
        "rows": [(row, names.get(row.campaign_id)) for row in rows],
        "shown": names.get(shown),
        "chart": over_days(series) if days else None,
    }
    return render_part(request, "analytics/retroactive/_comparison.html", context, title="Before and after")


@report("what this event was called")
def event_labels(request: MemberRequest, event_id: int) -> HttpResponse:
    event = event_for(request.member, event_id)
    found = account(Warehouse(request.member.organization_id), event.event_id, event.happened_at)
    context = {"event": event, "account": found, "why_none": UNLABELLED.get(event.label_reason, "")}
    return render_part(request, "analytics/retroactive/_labels.html", context, title="Campaign of this event")
