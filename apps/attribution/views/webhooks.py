"""Settings, Webhooks: which programs of the organization are told, and what became of every message."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import MemberRequest, role_required
from apps.accounts.roles import Verb
from apps.attribution import access
from apps.attribution.models import WebhookEndpoint
from apps.attribution.models.webhooks import CannotReplace
from apps.attribution.webhook_forms import EndpointForm, SecretForm
from apps.attribution.webhooks.events import TooManyTests, tell_a_test

A_PAGE = 50


@role_required(Verb.MANAGE)
@require_GET
def webhooks(request: MemberRequest) -> HttpResponse:
    return _list_page(request, EndpointForm())


@role_required(Verb.MANAGE)
@require_POST
@never_cache
def new_webhook(request: MemberRequest) -> HttpResponse:
    """The one answer that holds the secret: drawn here and not after a redirect."""
    form = EndpointForm(request.POST)
    if not form.is_valid():
        return _list_page(request, form, status=422)
    endpoint = WebhookEndpoint.objects.create(
        organization=request.member.organization,
        url=form.cleaned_data["url"],
        events=form.cleaned_data["events"],
        created_by=request.member.user,
        created_at=timezone.now(),
    )
    return render(request, "attribution/webhook_created.html", {"endpoint": endpoint})


@role_required(Verb.MANAGE)
@require_GET
def webhook(request: MemberRequest, endpoint_id: int) -> HttpResponse:
    return _endpoint_page(request, access.endpoint_for(request.member, endpoint_id))


@role_required(Verb.MANAGE)
@require_POST
def change_webhook(request: MemberRequest, endpoint_id: int) -> HttpResponse:
    endpoint = access.endpoint_for(request.member, endpoint_id)
    form = EndpointForm(request.POST)
    if not form.is_valid():
        return _endpoint_page(request, endpoint, form=form, status=422)
    endpoint.url, endpoint.events = form.cleaned_data["url"], form.cleaned_data["events"]
    endpoint.save(update_fields=["url", "events"])
    messages.success(request, "Saved. What waits goes to the new address, too.")
    return redirect("attribution:webhook", endpoint_id)


@role_required(Verb.MANAGE)
@require_POST
def pause_webhook(request: MemberRequest, endpoint_id: int) -> HttpResponse:
    """Pauses the endpoint, or has a paused one go on."""
    endpoint = access.endpoint_for(request.member, endpoint_id)
    endpoint.paused_at = None if endpoint.paused_at else timezone.now()
    endpoint.save(update_fields=["paused_at"])
    state = "Paused: messages wait." if endpoint.paused_at else "It goes on: what waited is sent now."
    messages.success(request, state)
    return redirect("attribution:webhook", endpoint_id)


@role_required(Verb.MANAGE)
@require_POST
@never_cache
@transaction.atomic
def replace_webhook_secret(request: MemberRequest, endpoint_id: int) -> HttpResponse:
    """As with a new webhook the one answer that holds the secret; the old one signs beside it for as long as was chosen."""
    endpoint, form = access.endpoint_to_change(request.member, endpoint_id), SecretForm(request.POST)
    if not form.is_valid():
        return _endpoint_page(request, endpoint, secret_form=form, status=422)
    try:
        endpoint.replace_secret(form.overlap_time(), timezone.now())
    except CannotReplace as refused:
        form.add_error("overlap", str(refused))
        return _endpoint_page(request, endpoint, secret_form=form, status=422)
    return render(request, "attribution/webhook_created.html", {"endpoint": endpoint, "is_replaced": True})


@role_required(Verb.MANAGE)
@require_POST
def remove_webhook(request: MemberRequest, endpoint_id: int) -> HttpResponse:
    access.endpoint_for(request.member, endpoint_id).delete()
    messages.success(request, "Removed, with its messages.")
    return redirect("attribution:webhooks")


@role_required(Verb.MANAGE)
@require_POST
@transaction.atomic
def test_webhook(request: MemberRequest, endpoint_id: int) -> HttpResponse:
    endpoint = access.endpoint_to_change(request.member, endpoint_id)
    try:
        tell_a_test(endpoint, timezone.now())
    except TooManyTests as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "A test event is on its way: load this page again in a few seconds.")
    return redirect("attribution:webhook", endpoint_id)


@role_required(Verb.MANAGE)
@require_POST
@transaction.atomic
def send_webhook_again(request: MemberRequest, endpoint_id: int, delivery_id: int) -> HttpResponse:
    delivery = access.delivery_for(request.member, endpoint_id, delivery_id)
    delivery.send_again(timezone.now())
    messages.success(request, "It is sent again, with the same id: load this page again in a few seconds.")
    return redirect("attribution:webhook", endpoint_id)


def _list_page(request: MemberRequest, form: EndpointForm, *, status: int = 200) -> HttpResponse:
    page = {"endpoints": access.endpoints_for(request.member), "form": form}
    return render(request, "attribution/webhooks.html", page, status=status)


def _endpoint_page(
    request: MemberRequest,
    endpoint: WebhookEndpoint,
    *,
    form: EndpointForm | None = None,
    secret_form: SecretForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = Paginator(endpoint.deliveries.all(), A_PAGE).get_page(request.GET.get("page"))
    page = {
        "endpoint": endpoint,
        "deliveries": shown,
        "form": form or EndpointForm(initial={"url": endpoint.url, "events": endpoint.events}),
        "secret_form": secret_form or SecretForm(),
        "signs_with_old": endpoint.signs_with_old(timezone.now()),
    }
    return render(request, "attribution/webhook.html", page, status=status)
