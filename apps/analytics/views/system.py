"""The staff's view of the machinery."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.access import staff_required
from apps.analytics.pipeline import dead_letters, pipeline, stored, workers
from apps.analytics.services import services
from apps.attribution.models import LabelCheck
from apps.attribution.rates import last_day
from apps.ingress.enrich.tables import current

# Organizations in the list of label checks.
SHOWN = 50


@staff_required
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    return render(request, "analytics/system.html")


@staff_required
@require_safe
def system_services(request: HttpRequest) -> HttpResponse:
    return _part(request, "analytics/_system_services.html", {"services": services()}, title="Services")


@staff_required
@require_safe
def system_pipeline(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = pipeline(now)
    context = {
        "now": now,
        "pipeline": found,
        "beats": [(beat, beat.silent(now)) for beat in found.beats],
        "stored": stored(),
        "dead_letters": dead_letters(),
    }
    return _part(request, "analytics/_system_pipeline.html", context, title="Pipeline")


@staff_required
@require_safe
def system_workers(request: HttpRequest) -> HttpResponse:
    return _part(request, "analytics/_system_workers.html", {"workers": workers()}, title="Celery workers")


@staff_required
@require_safe
def system_labels(request: HttpRequest) -> HttpResponse:
    """Whether labels were found to be what the rules say, by the newest check of each organization; what disagrees comes first."""
    newest = LabelCheck.objects.order_by("organization_id", "-day").distinct("organization_id")
    checks = LabelCheck.objects.filter(pk__in=newest.values("pk")).select_related("organization")
    checks = checks.order_by("-disagreements", "-problem", "organization__name")
    context = {"checks": checks[:SHOWN], "hidden": max(checks.count() - SHOWN, 0)}
    return _part(request, "analytics/_system_labels.html", context, title="Labels")


@staff_required
@require_safe
def system_data(request: HttpRequest) -> HttpResponse:
    """How old is what comes with time, and not with clicks."""
    now = timezone.now()
    context = {
        "files": [(file, file.age_days(now)) for file in current(now).places.files],
        "rates_on": last_day(),
    }
    return _part(request, "analytics/_system_data.html", context, title="Data")


def _part(request: HttpRequest, part: str, context: dict[str, object], *, title: str) -> HttpResponse:
    template = part if request.htmx else "analytics/part.html"  # type: ignore[attr-defined]
    return render(request, template, {**context, "part": part, "title": title})
