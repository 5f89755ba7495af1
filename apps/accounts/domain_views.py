"""Settings, Domains: which host names are the organization's, and the record that proves it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import access, domains
from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.forms import NewDomain
from apps.accounts.models import Domain
from apps.accounts.roles import Verb


@member_required
@require_GET
def domain_list(request: MemberRequest) -> HttpResponse:
    return _page(request, form=NewDomain())


@role_required(Verb.MANAGE)
@require_POST
def add_domain(request: MemberRequest) -> HttpResponse:
    form = NewDomain(request.POST, instance=Domain(organization=request.member.organization))
    if not form.is_valid():
        return _page(request, form=form, status=422)
    domain = form.save()
    messages.success(request, f"{domain} is on the list. Add its TXT record, then check it.")
    return redirect("accounts:domains")


@role_required(Verb.MANAGE)
@require_POST
def check_domain(request: MemberRequest, domain_id: int) -> HttpResponse:
    domain = access.domain_for(request.member, domain_id)
    found = domains.check(domain, timezone.now())
    tell = messages.success if found is domains.Check.VERIFIED else messages.warning
    tell(request, f"{domain}: {found}")
    return redirect("accounts:domains")


@role_required(Verb.MANAGE)
@require_POST
def change_domain(request: MemberRequest, domain_id: int) -> HttpResponse:
    domain = access.domain_for(request.member, domain_id)
    domain.serves_links = "serves_links" in request.POST
    domain.save(update_fields=["serves_links"])
    messages.success(request, f"{domain} {'serves' if domain.serves_links else 'no longer serves'} tracked links.")
    return redirect("accounts:domains")


@role_required(Verb.MANAGE)
@require_POST
def remove_domain(request: MemberRequest, domain_id: int) -> HttpResponse:
    domain = access.domain_for(request.member, domain_id)
    domain.delete()
    messages.success(
        request, f"{domain} is removed: nothing is sent there any more unless a link or a signature says so."
    )
    return redirect("accounts:domains")


def _page(request: MemberRequest, *, form: NewDomain, status: int = 200) -> HttpResponse:
    found = [
        (domain, domains.record_name(domain), domains.record_value(domain))
        for domain in request.member.organization.domains.all()
    ]
    page = {"domains": found, "form": form, "tracking_host": urlsplit(settings.TRELLIS_INGRESS_URL).hostname}
    return render(request, "accounts/domains.html", page, status=status)
