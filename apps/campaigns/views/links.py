"""The links: the list, one link, making and changing one, pausing, and its QR code."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.roles import Verb
from apps.campaigns import access, qr
from apps.campaigns.forms import ChangedLink, LinkList, NewLink, UtmForm
from apps.campaigns.models import Link
from apps.campaigns.publish import publish_link

LINKS_PER_PAGE = 25


@member_required
@require_GET
@vary_on_headers("HX-Request")
def links(request: MemberRequest) -> HttpResponse:
    form = LinkList(request.GET)
    form.is_valid()
    search = form.cleaned_data.get("search", "")
    found = access.links_for(request.member, search=search).select_related("campaign").defer("campaign__draft")
    page = Paginator(found, LINKS_PER_PAGE).get_page(form.cleaned_data.get("page"))
    context = {"search": search, "links": page.object_list, "next_url": _next_url(page, search)}
    template = "campaigns/links.html"
    if request.htmx:
        template = "campaigns/_links.html" if request.htmx.target == "links" else "campaigns/_link_rows.html"
    return render(request, template, context)


@member_required
@require_GET
@vary_on_headers("HX-Request")
def link(request: MemberRequest, key: str) -> HttpResponse:
    """One link. The UTM fields in the query make the tracked address; htmx gets that part alone."""
    link = access.link_for(request.member, key)
    form = UtmForm(request.GET)
    context = {"link": link, "utm_form": form, "address": form.address(link), "query": request.GET.urlencode()}
    return render(request, "campaigns/_address.html" if request.htmx else "campaigns/link.html", context)


@role_required(Verb.WRITE)
@require_http_methods(["GET", "POST"])
@transaction.atomic
def new_link(request: MemberRequest) -> HttpResponse:
    new = Link(organization=request.member.organization, created_by=request.member.user)
    form = NewLink(request.POST or None, instance=new)
    if request.method == "GET" or not form.is_valid():
        return _form_page(request, form, "campaigns/new_link.html")
    link = form.save()
    publish_link(link)
    messages.success(request, f"{link.name} is ready. Copy its address, or send a test click.")
    return _to(request, link)


@role_required(Verb.WRITE)
@require_http_methods(["GET", "POST"])
@transaction.atomic
def change_link(request: MemberRequest, key: str) -> HttpResponse:
    link = access.link_to_change(request.member, key)
    form = ChangedLink(request.POST or None, instance=link)
    if request.method == "GET" or not form.is_valid():
        return _form_page(request, form, "campaigns/change_link.html")
    form.save()
    publish_link(link)
    messages.success(request, f"{link.name} is changed.")
    return _to(request, link)


@role_required(Verb.WRITE)
@require_POST
@transaction.atomic
def pause_link(request: MemberRequest, key: str) -> HttpResponse:
    link = access.link_to_change(request.member, key)
    link.pause(timezone.now())
    return _state_changed(request, link)


@role_required(Verb.WRITE)
@require_POST
@transaction.atomic
def resume_link(request: MemberRequest, key: str) -> HttpResponse:
    link = access.link_to_change(request.member, key)
    link.resume()
    return _state_changed(request, link)


@member_required
@require_GET
@vary_on_headers("HX-Request")
def link_qr(request: MemberRequest, key: str, kind: str) -> HttpResponse:
    """The tracked address as an image; UTM fields in the query are part of it."""
    link = access.link_for(request.member, key)
    if kind not in qr.FORMATS:
        raise Http404
    media_type, draw = qr.FORMATS[kind]
    return HttpResponse(draw(UtmForm(request.GET).address(link)), content_type=media_type)


def _form_page(request: MemberRequest, form: NewLink | ChangedLink, page: str) -> HttpResponse:
    """The form as a page, or for htmx as the part that fills the drawer; 422 when it was refused."""
    template = "campaigns/_link_form.html" if request.htmx else page
    return render(request, template, {"form": form, "link": form.instance}, status=422 if form.is_bound else 200)


def _state_changed(request: MemberRequest, link: Link) -> HttpResponse:
    publish_link(link)
    if request.htmx:
        return render(request, "campaigns/_link_row.html", {"link": link})
    messages.success(request, f"{link.name} is {'paused' if link.paused_at else 'live again'}.")
    return _to(request, link)


def _to(request: MemberRequest, link: Link) -> HttpResponse:
    url = reverse("campaigns:link", args=[link.key])
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def _next_url(page: Page[Link], search: str) -> str:
    if not page.has_next():
        return ""
    query = {"search": search} if search else {}
    return f"{reverse('campaigns:links')}?{urlencode(query | {'page': str(page.next_page_number())})}"
