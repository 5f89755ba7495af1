"""The wizard that names clicks after they came. Every step is an address and a form; the draft row remembers all of it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.access import MemberRequest, role_required
from apps.accounts.models import User
from apps.accounts.roles import Verb
from apps.attribution import access
from apps.attribution.ledger import editions
from apps.attribution.ledger.history import beginning, going_on
from apps.attribution.models import RunDraft
from apps.attribution.wizard import drafts
from apps.attribution.wizard.days import Preset, presets
from apps.attribution.wizard.forms import (
    Brought,
    ConditionsForm,
    ConfirmForm,
    Days,
    NameForm,
    PolicyForm,
    PreviewForm,
    RangeForm,
    StepForm,
)
from apps.attribution.wizard.steps import ORDER, Step
from apps.ingress.rules import dump, text, words

CHANGED_MEANWHILE = (
    "{who} has changed this draft since you opened it. Yours is not saved: look at it as it is now, then try again."
)
STALE = "Edition {newest} was made since these numbers were counted. They are counted anew: look at them, then start."
SAVE, BACK = "save", "back"
NEWER_SHOWN = 3
# What a step asks for first; the conditions have buttons of their own beside Save.
FORMS: dict[Step, type[StepForm]] = {
    Step.CONDITIONS: ConditionsForm,
    Step.PREVIEW: PreviewForm,
    Step.POLICY: PolicyForm,
    Step.CONFIRM: ConfirmForm,
}


@role_required(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """The days, while there is no draft yet: it makes one, with the conditions that the address brings along."""
    now, brought = timezone.now(), Brought(request.GET)
    today = _today(request, now)
    initial = {"first_on": brought.first_on or today.replace(day=1), "last_on": brought.last_on or today}
    form = Days(request.POST or None, today=today, initial=initial)
    if form.is_bound and form.is_valid():
        rule = {"rule": dump(brought.rule)} if brought.rule else {}
        draft = drafts.begin(request.member, {**form.cleaned_data, **rule}, now)
        return redirect("attribution:retroactive-step", draft.pk, Step.CONDITIONS)
    context = {
        "form": form,
        "step": Step.RANGE,
        "steps": ORDER,
        "brought": brought,
        "words": words(brought.rule) if brought.rule else "",
        "presets": _links(presets(today), text(brought.rule) if brought.rule else ""),
    }
    return render(request, Step.RANGE.template, context, status=422 if form.is_bound else 200)


@role_required(Verb.WRITE)
@require_GET
def begins(request: MemberRequest) -> HttpResponse:
    """Where history begins, for the step of days; a ClickHouse that is slow to say so does not keep that waiting."""
    found, here = beginning(request.member.organization_id), urlsplit(request.htmx.current_url_abs_path or "")
    context: dict[str, Any] = {"begins": found}
    if found.at:
        zone = ZoneInfo(request.member.organization.time_zone)
        everything = Preset("All of it", found.at.astimezone(zone).date(), _today(request, timezone.now()))
        rule = QueryDict(here.query).get("rule", "")
        own = here.path if here.path.startswith("/retroactive/drafts/") else reverse("attribution:new-retroactive")
        context["everything"] = own + _links([everything], rule)[0][1]
    return render(request, "attribution/wizard/_begins.html", context)


@role_required(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def step(request: MemberRequest, draft_id: int, at: str) -> HttpResponse:
    """One step. What was typed is saved on the way forward and on the way back; refused, it stays on the page with a 422."""
    draft, here = access.run_draft_for(request.member, draft_id), _step_of(at)
    if draft.run_id:
        return redirect("attribution:retroactive-run", draft.run_id)
    try:
        drafts.ready(draft, here)
    except drafts.Unready as error:
        messages.info(request, str(error))
        return redirect("attribution:retroactive-step", draft.pk, error.step)
    form = _form(request, draft, here)
    if isinstance(form, ConditionsForm) and request.POST.get("do", SAVE) != SAVE:
        form.reshape(request.POST["do"])
        return _page(request, draft, here, form, status=200)
    if form.is_bound and form.is_valid() and (answer := _done(request, draft, here, form)):
        return answer
    return _page(request, draft, here, form, status=422 if form.is_bound else 200)


@role_required(Verb.WRITE)
@require_POST
def discard(request: MemberRequest, draft_id: int) -> HttpResponse:
    draft = access.run_draft_for(request.member, draft_id)
    if drafts.discard(draft):
        messages.success(request, "The draft is discarded.")
        return redirect("attribution:retroactive")
    messages.warning(request, "It was started meanwhile. Cancel it here, or revert what it did.")
    return redirect("attribution:retroactive-run", draft.run_id)


def _step_of(word: str) -> Step:
    try:
        return Step(word)
    except ValueError as error:
        raise Http404("no such step") from error


def _form(request: MemberRequest, draft: RunDraft, here: Step) -> StepForm:
    data = request.POST or None
    if here is Step.RANGE:
        form = RangeForm(data, draft=draft, today=_today(request, timezone.now()))
        brought = Brought(request.GET)
        days = {"first_on": brought.first_on, "last_on": brought.last_on}
        form.initial.update({name: day for name, day in days.items() if day})
        return form
    if here is Step.NAME:
        return NameForm(data, draft=draft, campaigns=drafts.campaigns_for(request.member))
    return FORMS[here](data, draft=draft)


def _done(request: MemberRequest, draft: RunDraft, here: Step, form: StepForm) -> HttpResponse | None:
    """On to the next page; None when it was refused, and the form says why."""
    seen, user, now = form.cleaned_data["seen"], request.member.user, timezone.now()
    goes_back = request.POST.get("go") == BACK
    try:
        if isinstance(form, ConfirmForm) and not goes_back:
            said = {"edition": form.cleaned_data["edition"], "goes_live": form.cleaned_data["goes_live"]}
            run = drafts.start(draft, seen=seen, user=user, now=now, **said)
            return redirect("attribution:retroactive-run", run.pk)
        drafts.change(draft, form.fields_of_draft, seen=seen, user=user, now=now)
    except drafts.ChangedMeanwhile:
        newer = access.run_draft_for(request.member, draft.pk)
        form.add_error(None, CHANGED_MEANWHILE.format(who=_name_of(newer.changed_by)))
        return None
    except drafts.Stale as error:
        form.add_error(None, STALE.format(newest=error.newest))
        return None
    except ValidationError as error:
        for sentence in error.messages:
            form.add_error(None, sentence)
        return None
    there = (here.previous if goes_back else here.next) or here
    if request.htmx:  # the builder sends its form so; the next step is a page of its own
        return HttpResponseClientRedirect(reverse("attribution:retroactive-step", args=[draft.pk, there]))
    return redirect("attribution:retroactive-step", draft.pk, there)


def _name_of(person: User | None) -> str:
    return (person.name or person.email) if person else "Somebody"


def _page(request: MemberRequest, draft: RunDraft, here: Step, form: StepForm, *, status: int) -> HttpResponse:
    newest = editions.newest(draft.organization_id).number
    context: dict[str, Any] = {
        "draft": draft,
        "form": form,
        "step": here,
        "steps": ORDER,
        "words": words(drafts.rule_of(draft)) if draft.rule else "",
        "newest": newest,
    }
    if here is Step.CONFIRM:
        context |= {
            "newer": drafts.changed_since(draft.organization_id, draft.seen_edition)[:NEWER_SHOWN],
            "runs": going_on(draft.organization_id),
        }
    if here is Step.RANGE:
        context["presets"] = _links(presets(_today(request, timezone.now())))
    if isinstance(form, ConditionsForm):
        look_url = reverse("attribution:retroactive-step", args=[draft.pk, here])
        context |= {"condition": form.condition, "look_url": look_url}
    return render(request, here.template, context, status=status)


def _today(request: MemberRequest, now: datetime) -> date:
    return now.astimezone(ZoneInfo(request.member.organization.time_zone)).date()


def _links(found: Iterable[Preset], rule: str = "") -> list[tuple[Preset, str]]:
    """Presets, each with the query of this page that fills it in."""
    carried = {"rule": rule} if rule else {}
    return [(each, "?" + urlencode({"from": each.first_on, "to": each.last_on, **carried})) for each in found]
