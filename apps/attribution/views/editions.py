"""The history of what clicks are called: all of it, one edition, a run on its way, and taking one back."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.roles import Verb
from apps.attribution import access
from apps.attribution.ledger import editions as numbers
from apps.attribution.ledger import running
from apps.attribution.ledger.history import going_on, history
from apps.attribution.ledger.sql import MILLISECOND
from apps.attribution.ledger.telling import campaign_counts
from apps.attribution.models import Edition, Run, RunDraft
from apps.attribution.wizard.revert import RevertForm, open_revert, revert_once

PAGE = 30
DRAFTS = 20
CANCELLED = "Cancelled: everything is as it was before."
TOO_LATE = "It had ended already."


@member_required
@require_GET
@vary_on_headers("HX-Request")
def editions(request: MemberRequest) -> HttpResponse:
    """Everything that changed labels, newest first; htmx gets the rows from a moment on."""
    organization_id, before = request.member.organization_id, _moment(request.GET.get("before", ""))
    found = history(organization_id, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    context: dict[str, object] = {
        "history": shown,
        "next_url": f"?before={shown[-1].at.timestamp():.6f}" if len(found) > PAGE else "",
        "before": before,
    }
    if request.htmx and before:
        return render(request, "attribution/_edition_rows.html", context)
    drafts = RunDraft.objects.visible_to(request.member).open().select_related("campaign", "changed_by")
    context |= {"runs": going_on(organization_id), "drafts": drafts[:DRAFTS]}
    return render(request, "attribution/editions.html", context)


@member_required
@require_GET
def edition(request: MemberRequest, number: int) -> HttpResponse:
    """What an edition changed; clicks before and after it are a floor above and come by themselves."""
    found = access.edition_for(request.member, number)
    return render(request, "attribution/edition.html", _about(request, found))


@role_required(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def revert(request: MemberRequest, number: int) -> HttpResponse:
    """What taking it back would do, and the button that does it. Pressed twice it is done once."""
    found = access.edition_for(request.member, number)
    if found.run is None or found.run.catches_up_id:
        messages.warning(request, "This edition is not reverted by itself: see below.")
        return redirect("attribution:edition", number)
    form = RevertForm(request.POST or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        run = revert_once(found.run, said["note"], edition=said["edition"], by=request.member.user, now=timezone.now())
        if run:
            return redirect("attribution:retroactive-run", run.pk)
        form.add_error(None, "A newer edition was made since this was counted. Look at what it would do now.")
    context = {**_about(request, found), "form": form, "newest": numbers.newest(found.organization_id).number}
    return render(request, "attribution/revert.html", context, status=422 if form.is_bound else 200)


@member_required
@require_safe
@vary_on_headers("HX-Request")
def run(request: MemberRequest, run_id: int) -> HttpResponse:
    """A run from its start to what came of it; htmx gets the part alone, which asks again as long as it goes on."""
    found = access.run_for(request.member, run_id)
    zone = ZoneInfo(request.member.organization.time_zone)
    context = {
        "run": found,
        "edition": Edition.objects.filter(run=found).first(),
        "first_on": found.start.astimezone(zone).date().isoformat(),
        "last_on": (found.end - MILLISECOND).astimezone(zone).date().isoformat(),
        "rule": json.dumps(found.rule),
    }
    return render(request, "attribution/_run.html" if request.htmx else "attribution/run.html", context)


@role_required(Verb.WRITE)
@require_POST
def cancel_run(request: MemberRequest, run_id: int) -> HttpResponse:
    found = access.run_for(request.member, run_id)
    if running.cancel(found, timezone.now()):
        messages.success(request, CANCELLED)
    else:
        messages.warning(request, TOO_LATE)
    return redirect("attribution:retroactive-run", run_id)


def _about(request: MemberRequest, found: Edition) -> dict[str, object]:
    has_fallen = found.run is not None and not numbers.stands(found.run)
    reverts = found.run.reverted_by.filter(state=Run.State.DONE) if found.run and has_fallen else Run.objects.none()
    return {
        "edition": found,
        "run": found.run,
        "counts": campaign_counts(found.run.counts) if found.run else [],
        "reverted_by": Edition.objects.filter(run__in=reverts).first(),
        "reverts": Edition.objects.get(run=found.run.reverts_id) if found.run and found.run.reverts_id else None,
        "open_revert": open_revert(found.run) if found.run else None,
        "belongs_to": found.run.catches_up if found.run else None,
        "may_revert": request.member.may_write
        and found.run is not None
        and not has_fallen
        and not found.run.catches_up_id,
    }


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), timezone.get_current_timezone()) if text else None
    except (ValueError, OverflowError, OSError):
        return None
