"""The frame around every report: who asks about which span, and what is said when ClickHouse does not answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, wraps
from typing import Concatenate, Generic, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import reswap, retarget

from apps.accounts.access import MemberRequest, member_required
from apps.accounts.models import Organization
from apps.analytics.analysis import AnalysisForm
from apps.analytics.cache import settled
from apps.analytics.credits import Credit, geo_credits
from apps.analytics.edition import EditionMenu, edition_menu
from apps.analytics.filters import BadFilter
from apps.analytics.forms import ReportForm
from apps.analytics.freshness import Freshness, freshness
from apps.analytics.kinds import Kinds
from apps.analytics.narrowing import NarrowedForm
from apps.analytics.query import Answer, BadQuery, Compare, Interval, Query, answer, dated, sampled
from apps.analytics.span import Span
from apps.attribution.ledger.editions import AsOf
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable
from apps.ingress.warehouse.reader import Warehouse

P = ParamSpec("P")
AnyForm = TypeVar("AnyForm", bound=ReportForm)
AnyAnalysis = TypeVar("AnyAnalysis", bound=AnalysisForm)

UNAVAILABLE = "ClickHouse does not answer, so {what} cannot be shown now."
UNAVAILABLE_WHY = "Nothing is lost: clicks are still captured and redirected, and will be counted."
TOO_LARGE = "That is too much to count at once: {what} ran into its limit."
TOO_LARGE_WHY = "Choose a shorter span."
# In the address of a part that was sampled first.
EXACT = "exact"
# Before the id of such a part, the id of the note in it.
SAMPLE = "sample-of-"


@dataclass(frozen=True)
class Question(Generic[AnyForm]):
    """What a report page is asked: by an organization, about a span, counting people or everything."""

    warehouse: Warehouse
    organization: Organization
    now: datetime
    zone: ZoneInfo
    form: AnyForm
    span: Span
    kinds: Kinds
    # The edition that the address names; None is the newest.
    as_of: AsOf | None = None

    @classmethod
    def read(cls, request: MemberRequest, form_class: type[AnyForm], *, now: datetime) -> "Question[AnyForm]":
        """What cannot be read of the address has its default; `form.errors` says so."""
        organization = request.member.organization
        zone = ZoneInfo(organization.time_zone)
        form = form_class(request.GET, now=now, zone=zone)
        form.is_valid()
        as_of = form.know(organization.pk) if isinstance(form, NarrowedForm) else None
        kinds = form.cleaned_data.get("kinds", Kinds.PEOPLE)
        warehouse = Warehouse(organization.pk, cached=True)
        return cls(warehouse, organization, now, zone, form, form.report_span, kinds, as_of)

    @cached_property
    def edition_menu(self) -> EditionMenu | None:
        """None for an organization without editions."""
        form = self.form
        if not isinstance(form, NarrowedForm):
            return None
        pinned = self.as_of.number if self.as_of else None
        return edition_menu(self.organization.pk, pinned, lambda number: form.changed(edition=number))

    @property
    def today(self) -> Span:
        return Span.last_days(1, now=self.now, zone=self.zone)

    @property
    def currency(self) -> str:
        return self.organization.currency

    @property
    def money(self) -> str:
        """Its unit, as number filters want it."""
        return f"money:{self.currency}"

    @property
    def has_money(self) -> bool:
        """A conversion or a cost was booked at some time; until then zeros would say something untrue."""
        return self.organization.money_since is not None

    @property
    def against(self) -> str:
        """What a change is measured against, as the end of a sentence."""
        form = self.form
        if not isinstance(form, AnalysisForm) or form.comparison is None:
            return ""
        days = len(self.span.days)
        before = "the day before" if days == 1 else f"the {days} days before"
        return before if form.comparison is Compare.PREVIOUS else "a year earlier"

    @property
    def credits(self) -> list[Credit]:
        return geo_credits(settings.TRELLIS_GEOIP_PATH)

    @property
    def freshness(self) -> Freshness:
        """Up to when the answers of this page reach: those of the cache end at its last beat."""
        found, end = freshness(self.now), settled(self.span).end
        return replace(found, until=min(found.until, end)) if found.until and self.span.end == self.now else found

    @property
    def status(self) -> int:
        return 422 if self.form.errors else 200


def query_of(
    question: Question[AnyAnalysis],
    metrics: tuple[str, ...],
    by: tuple[str, ...] = (),
    *,
    interval: Interval | None = None,
    kinds: Kinds | None = None,
    order: str = "",
    limit: int = 100,
) -> Query:
    """What the address asks, of these metrics by these dimensions. Errors: BadQuery."""
    form = question.form
    query = Query(
        question.span,
        metrics,
        by,
        interval=interval,
        rule=form.rule,
        kinds=kinds or question.kinds,
        order=order,
        limit=limit,
        compare=form.comparison,
        labelled=form.filters.labelled,
        as_of=question.as_of,
    )
    return dated(question.warehouse, query)


def first_answer(request: MemberRequest, question: Question[AnyAnalysis], query: Query) -> Answer:
    """A sampled answer where counting everything takes long, to a part of a page that asks for the rest itself; else the exact one.

    Errors: those of Warehouse.rows.
    """
    if request.htmx and EXACT not in request.GET and (estimated := sampled(question.warehouse, query)):
        return estimated
    return answer(question.warehouse, query)


Report = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def report(what: str, *, failed: str = "_error_card.html") -> Callable[[Report[P]], Page[P]]:
    """A GET view for members, in the organization's time zone, that says so when `what` cannot be counted.

    A part fetched by htmx answers 200 then, so that `failed` takes its place; a page answers 503. Part and page share
    an address, so answers vary by who asks: the browser must not show a part alone when somebody steps back.
    """

    def decorate(view: Report[P]) -> Page[P]:
        @member_required
        @require_safe
        @vary_on_headers("HX-Request")
        @wraps(view)
        def answered(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            with timezone.override(ZoneInfo(request.member.organization.time_zone)):
                try:
                    return view(request, *args, **kwargs)
                except (BadFilter, BadQuery) as error:
                    return _refused(request, str(error))
                except WarehouseUnavailable:
                    return _failed(request, failed, UNAVAILABLE.format(what=what), UNAVAILABLE_WHY)
                except QuestionTooLarge:
                    return _failed(request, "_error_card.html", TOO_LARGE.format(what=what), TOO_LARGE_WHY)

        return answered

    return decorate


def render_part(request: MemberRequest, part: str, context: Mapping[str, object], *, title: str) -> HttpResponse:
    """The part alone for htmx, in a page of its own for a browser without JavaScript."""
    template = part if request.htmx else "analytics/part.html"
    address = request.GET.copy()
    address[EXACT] = "1"
    exact_url = f"{request.path}?{address.urlencode()}"
    return render(request, template, {**context, "part": part, "title": title, "exact_url": exact_url})


def _refused(request: MemberRequest, why: str) -> HttpResponse:
    """422 with a sentence and a way out: an answer to another question than the one asked would be a lie."""
    template = "analytics/_refused.html" if request.htmx else "analytics/refused.html"
    return render(request, template, {"why": why, "id": request.htmx.target or "report"}, status=422)


def _failed(request: MemberRequest, part: str, what: str, why: str) -> HttpResponse:
    if request.htmx and EXACT in request.GET:  # the estimates stay, with the reason below them
        return reswap(
            retarget(
                render(request, "analytics/_sample_stays.html", {"what": what}), f"#{SAMPLE}{request.htmx.target}"
            ),
            "outerHTML",
        )
    context = {
        "what": what,
        "why": why,
        "retry_url": request.get_full_path(),
        "part": part,
        "title": "No answer",
    }
    if request.htmx:
        return render(request, part, context)
    # The whole page has to be asked for again: the retry is a plain link there.
    return render(request, "analytics/part.html", {**context, "part": "_error_card.html", "whole": True}, status=503)
