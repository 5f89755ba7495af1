"""Long work: what goes on, how far it is, and what came of it."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.models import User
from apps.accounts.roles import Verb
from apps.analytics import access
from apps.ingress.jobs import cancel
from apps.ingress.models import Job

NEWEST = 50


class Listed(NamedTuple):
    """A job and the name of who started it, empty for a command."""

    job: Job
    who: str


@member_required
@require_safe
def jobs(request: MemberRequest) -> HttpResponse:
    found = access.jobs_for(request.member)[:NEWEST]
    return render(request, "analytics/jobs.html", {"listed": _named(found)})


@member_required
@require_safe
@vary_on_headers("HX-Request")
def job(request: MemberRequest, job_id: int) -> HttpResponse:
    """One job; htmx gets the part alone, which asks again as long as the job goes on."""
    found = access.job_for(request.member, job_id)
    (listed,) = _named([found])
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
    cancel(access.job_for(request.member, job_id), timezone.now())
    return redirect("analytics:job", job_id)


def _named(found: Iterable[Job]) -> list[Listed]:
    """Cost: one query for all names."""
    jobs = list(found)
    people = User.objects.in_bulk({job.user_id for job in jobs})
    names = {number: person.name or person.email for number, person in people.items()}
    return [Listed(job, names.get(job.user_id, "")) for job in jobs]
