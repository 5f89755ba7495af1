"""Costs: a file is looked at first, then applied, and can be undone."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.roles import Verb
from apps.attribution import access, costs
from apps.attribution.cost_file import BadFile, read_table
from apps.attribution.cost_forms import Columns, CostFile
from apps.attribution.cost_mapping import BadReading, Reading
from apps.attribution.models import CostUpload
from apps.ingress.warehouse.errors import WarehouseUnavailable

LISTED = 100
LATER = "ClickHouse does not answer: it goes on by itself as soon as it does."


@member_required
@require_GET
def cost_uploads(request: MemberRequest) -> HttpResponse:
    return _list_page(request, CostFile())


@role_required(Verb.WRITE)
@require_POST
def upload_costs(request: MemberRequest) -> HttpResponse:
    form = CostFile(request.POST, request.FILES)
    if not form.is_valid():
        return _list_page(request, form, status=422)
    file = form.cleaned_data["file"]
    try:
        upload = costs.take_in(request.member.organization, file.name or "costs.csv", file.read(), request.member.user)
    except BadFile as error:
        form.add_error("file", str(error))
        return _list_page(request, form, status=422)
    return redirect("attribution:cost-upload", upload.pk)


@member_required
@require_GET
def cost_upload(request: MemberRequest, upload_id: int) -> HttpResponse:
    """The upload; while it is a draft, with what its columns mean (as the address says) and what applying would do."""
    upload = access.cost_upload_for(request.member, upload_id)
    if upload.status != CostUpload.Status.DRAFT:
        return render(request, "attribution/cost_upload.html", {"upload": upload})
    table = read_table(bytes(upload.data))
    form = Columns(request.GET if "days" in request.GET else None, table=table, reading=_guessed(upload))
    return _draft_page(request, upload, form)


@role_required(Verb.WRITE)
@require_POST
def apply_costs(request: MemberRequest, upload_id: int) -> HttpResponse:
    upload = access.cost_upload_for(request.member, upload_id)
    form = Columns(request.POST, table=read_table(bytes(upload.data)), reading=_guessed(upload))
    if not form.is_valid():
        return _draft_page(request, upload, form, status=422)
    _tell(request, lambda: costs.apply(upload, form.reading, timezone.now()), "Costs of {} count.", upload)
    return redirect("attribution:cost-upload", upload_id)


@role_required(Verb.WRITE)
@require_POST
def undo_costs(request: MemberRequest, upload_id: int) -> HttpResponse:
    upload = access.cost_upload_for(request.member, upload_id)
    _tell(request, lambda: costs.undo(upload, timezone.now()), "Costs of {} no longer count.", upload)
    return redirect("attribution:cost-upload", upload_id)


@role_required(Verb.WRITE)
@require_POST
def discard_costs(request: MemberRequest, upload_id: int) -> HttpResponse:
    """Forgets a draft, file and all."""
    upload = access.cost_upload_for(request.member, upload_id)
    if upload.status == CostUpload.Status.DRAFT:
        upload.delete()
        messages.success(request, f"{upload.name} is discarded.")
        return redirect("attribution:costs")
    messages.warning(request, "It counts, or has counted: its rows are explained by it. Undo it instead.")
    return redirect("attribution:cost-upload", upload_id)


def _tell(request: MemberRequest, deed: Callable[[], None], done: str, upload: CostUpload) -> None:
    """Do it, and say what became of it."""
    try:
        deed()
    except costs.NotApplicable as error:
        messages.warning(request, str(error))
    except WarehouseUnavailable:
        messages.warning(request, LATER)
    else:
        messages.success(request, done.format(upload))


def _guessed(upload: CostUpload) -> Reading:
    try:
        return Reading.load(upload.mapping)
    except BadReading:
        # A guess may lack a required column; a person has to name it.
        return Reading(dict(upload.mapping.get("columns") or {}), bool(upload.mapping.get("day_first", True)))


def _list_page(request: MemberRequest, form: CostFile, *, status: int = 200) -> HttpResponse:
    uploads = CostUpload.objects.visible_to(request.member).select_related("created_by").defer("data")[:LISTED]
    return render(request, "attribution/costs.html", {"uploads": uploads, "form": form}, status=status)


def _draft_page(request: MemberRequest, upload: CostUpload, form: Columns, *, status: int = 200) -> HttpResponse:
    preview = _preview(upload, form)
    page = {"upload": upload, "form": form, "preview": preview, "twin": costs.same_file(upload)}
    return render(request, "attribution/cost_draft.html", page, status=422 if form.errors else status)


def _preview(upload: CostUpload, form: Columns) -> costs.Preview | None:
    if form.is_bound:
        return costs.preview(upload, form.reading, timezone.now()) if form.is_valid() else None
    try:
        return costs.preview(upload, Reading.load(upload.mapping), timezone.now())
    except BadReading:
        return None
