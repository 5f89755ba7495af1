"""Settings, Networks: who reports conversions, how theirs are read, and what would become of a postback."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.roles import Verb
from apps.attribution import access, rebooking
from apps.attribution.examples import example, recipe
from apps.attribution.explain import Step, explain
from apps.attribution.forms import MapsForm, NetworkSettings, NewNetwork, Rehearsal
from apps.attribution.models import Booking, Network
from apps.attribution.publish import publish_network
from apps.attribution.rehearsal import rehearsed
from apps.ingress.warehouse.errors import WarehouseUnavailable

NEWEST = 20
NO_CLICKHOUSE = "ClickHouse does not answer, so the click cannot be looked for now."


@member_required
@require_GET
def networks(request: MemberRequest) -> HttpResponse:
    return _list_page(request, NewNetwork())


@role_required(Verb.MANAGE)
@require_POST
@transaction.atomic
def new_network(request: MemberRequest) -> HttpResponse:
    form = NewNetwork(request.POST)
    if not form.is_valid():
        return _list_page(request, form, status=422)
    said = form.cleaned_data
    network = Network.found(request.member.organization, said["name"], said["preset"], request.member.user)
    publish_network(network)
    messages.success(request, f"{network} is ready: give it its postback address.")
    return redirect("attribution:network", network.pk)


@member_required
@require_GET
def network(request: MemberRequest, network_id: int) -> HttpResponse:
    return _network_page(request, access.network_for(request.member, network_id))


@role_required(Verb.MANAGE)
@require_POST
@transaction.atomic
def change_network(request: MemberRequest, network_id: int) -> HttpResponse:
    network = access.network_to_change(request.member, network_id)
    form = NetworkSettings(request.POST, instance=network)
    if not form.is_valid():
        # The form has written into its network; the rest of the page shows what is stored.
        return _network_page(request, access.network_for(request.member, network_id), form=form, status=422)
    publish_network(form.save())
    messages.success(request, "Saved. It is in force within seconds.")
    return redirect("attribution:network", network_id)


@role_required(Verb.MANAGE)
@require_POST
@transaction.atomic
def change_maps(request: MemberRequest, network_id: int) -> HttpResponse:
    network = access.network_to_change(request.member, network_id)
    newest = network.newest
    form = MapsForm(request.POST, maps=newest.maps, version=newest.number)
    if not form.is_valid():
        return _network_page(request, network, maps_form=form, status=422)
    version = network.change_maps(form.maps, request.member.user)
    messages.success(
        request, f"Version {version.number} reads what comes from now on. What is stored waits to be read again."
    )
    return redirect("attribution:network", network_id)


@role_required(Verb.MANAGE)
@require_POST
@transaction.atomic
def pause_network(request: MemberRequest, network_id: int) -> HttpResponse:
    """Pauses the network, or has a paused one go on."""
    network = access.network_to_change(request.member, network_id)
    if network.paused_at:
        network.resume()
    else:
        network.pause(timezone.now())
    publish_network(network)
    state = "paused: its postbacks are kept and not booked" if network.paused_at else "live again"
    messages.success(request, f"{network} is {state}.")
    return redirect("attribution:network", network_id)


@role_required(Verb.MANAGE)
@require_POST
@transaction.atomic
def rebook_network(request: MemberRequest, network_id: int) -> HttpResponse:
    job = rebooking.start(access.network_to_change(request.member, network_id), request.member.user.pk)
    return redirect("analytics:job", job.pk)


@role_required(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def try_postback(request: MemberRequest, network_id: int) -> HttpResponse:
    """Each step of what would become of a postback; nothing is kept or booked."""
    network = access.network_for(request.member, network_id)
    form = Rehearsal(request.POST or None, initial={"address": recipe(network).query})
    page = {"network": network, "form": form}
    if request.method == "GET" or not form.is_valid():
        return render(request, "attribution/try_postback.html", page, status=422 if form.is_bound else 200)
    said = form.cleaned_data
    postback = rehearsed(
        network, method=said["method"], address=said["address"], body=said["body"], content_type=form.content_type
    )
    try:
        steps = explain(network, postback)
    except WarehouseUnavailable:
        return render(request, "attribution/try_postback.html", {**page, "trouble": NO_CLICKHOUSE}, status=503)
    return render(request, "attribution/try_postback.html", {**page, "steps": [_writable(step) for step in steps]})


def _writable(step: Step) -> Step:
    """With bytes that were no UTF-8 written out, as `\\udcff`."""
    return Step(step.name, _written_out(step.found), step.ok, _written_out(step.words))


def _written_out(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _list_page(request: MemberRequest, form: NewNetwork, *, status: int = 200) -> HttpResponse:
    page = {"networks": Network.objects.visible_to(request.member), "form": form}
    return render(request, "attribution/networks.html", page, status=status)


def _network_page(
    request: MemberRequest,
    network: Network,
    *,
    form: NetworkSettings | None = None,
    maps_form: MapsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    newest = network.newest
    page = {
        "network": network,
        "version": newest,
        "example": example(network),
        "recipe": recipe(network),
        "form": form or NetworkSettings(instance=network),
        "maps_form": maps_form or MapsForm(None, maps=newest.maps, version=newest.number),
        "bookings": Booking.objects.filter(network=network).select_related("conversion", "version")[:NEWEST],
    }
    return render(request, "attribution/network.html", page, status=status)
