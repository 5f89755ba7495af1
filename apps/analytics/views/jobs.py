"""Long work: what goes on, how far it is, and what came of it."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.accounts.access import MemberRequest, member_required, refusal, role_required
from apps.accounts.models import Membership, User
from apps.accounts.roles import Verb
from apps.analytics import access
from apps.ingress import jobs as long_work
from apps.ingress.models import Job

NEWEST = 50


class Listed(NamedTuple):
    """A job, the name of who started it, empty for a command, and whether who looks may cancel it."""

    job: Job
    who: str
    may_cancel: bool


@member_required
@require_safe
def jobs(request: MemberRequest) -> HttpResponse:
    found = access.jobs_for(request.member)[:NEWEST]
    return render(request, "analytics/jobs.html", {"listed": _listed(found, request.member)})


@member_required
@require_safe
@vary_on_headers("HX-Request")
def job(request: MemberRequest, job_id: int) -> HttpResponse:
    """One job; htmx gets the part alone, which asks again as long as the job goes on."""
    found = access.job_for(request.member, job_id)
    (listed,) = _listed([found], request.member)
    answer = render(request, "_job.html" if request.htmx else "analytics/job.html", listed._asdict())
    if request.htmx and not found.is_open:
        level = "success" if found.status == Job.Status.DONE else "warning"
        answer["HX-Trigger"] = json.dumps(
            {"toast": {"message": f"{found}: {found.get_status_display()}", "level": level}}
        )
    return answer


@role_required(Verb.WRITE)
@require_POST
def cancel_job(request: MemberRequest, job_id: int) -> HttpResponse:
    found = access.job_for(request.member, job_id)
    if not _may_cancel(request.member, found):
        return refusal(request, long_work.verb_of(found))
    long_work.cancel(found, timezone.now())
    return redirect("analytics:job", job_id)


def _may_cancel(member: Membership, job: Job) -> bool:
    return member.may_write and member.may(long_work.verb_of(job))


def _listed(found: Iterable[Job], member: Membership) -> list[Listed]:
    """Cost: one query for all names."""
    jobs = list(found)
    people = User.objects.in_bulk({job.user_id for job in jobs})
    names = {number: person.name or person.email for number, person in people.items()}
    return [Listed(job, names.get(job.user_id, ""), _may_cancel(member, job)) for job in jobs]
