"""Settings of the organization, its API keys, and which organization a person works in."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts import access
from apps.accounts.access import MemberRequest, member_required, role_required, signed_in_required
from apps.accounts.forms import OVERLAP_HOURS, NewApiKey, NewOrganization, OrganizationSettings, RotatedKey
from apps.accounts.founding import found_organization
from apps.accounts.models import ApiKey, CannotRotate, Organization, User
from apps.accounts.roles import Verb


@signed_in_required
@require_POST
def switch_organization(request: HttpRequest) -> HttpResponse:
    if access.choose_organization(request, request.POST.get("organization", "")) is None:
        raise Http404
    return redirect("/")


@signed_in_required
@require_http_methods(["GET", "POST"])
def new_organization(request: HttpRequest) -> HttpResponse:
    form = NewOrganization(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "accounts/new_organization.html", {"form": form}, status=422 if form.is_bound else 200)
    assert isinstance(request.user, User)
    member = found_organization(form.cleaned_data["name"], request.user)
    request.session[access.SESSION_KEY] = member.organization_id
    return redirect("/")


@member_required
@require_GET
def organization(request: MemberRequest) -> HttpResponse:
    form = OrganizationSettings(instance=request.member.organization, read_only=not request.member.may_manage)
    return _organization_page(request, form=form)


@role_required(Verb.MANAGE)
@require_POST
def change_organization(request: MemberRequest) -> HttpResponse:
    # A copy: a refused form must not change what the rest of the page shows.
    changed = Organization.objects.get(pk=request.member.organization_id)
    form = OrganizationSettings(request.POST, instance=changed)
    if not form.is_valid():
        return _organization_page(request, form=form, status=422)
    form.save()
    messages.success(request, "Settings saved.")
    return redirect("accounts:organization")


@role_required(Verb.MANAGE)
@require_GET
def signing(request: MemberRequest) -> HttpResponse:
    return render(request, "accounts/signing.html")


@role_required(Verb.MANAGE)
@require_POST
@never_cache
def show_link_secret(request: MemberRequest) -> HttpResponse:
    """By POST, so that no history, bookmark or prefetch ever shows it."""
    return render(request, "accounts/signing.html", {"secret": request.member.organization.link_secret})


@role_required(Verb.MANAGE)
@require_POST
def replace_link_secret(request: MemberRequest) -> HttpResponse:
    request.member.organization.replace_link_secret()
    messages.success(request, "The secret is replaced. Addresses signed with the old one stop working within seconds.")
    return redirect("accounts:signing")


@role_required(Verb.MANAGE)
@require_GET
def api_keys(request: MemberRequest) -> HttpResponse:
    return _api_keys_page(request, form=NewApiKey())


@role_required(Verb.MANAGE)
@require_POST
@never_cache
def create_api_key(request: MemberRequest) -> HttpResponse:
    """The one answer that holds the token: drawn here and not after a redirect, so that it is never stored anywhere."""
    form = NewApiKey(request.POST)
    if not form.is_valid():
        return _api_keys_page(request, form=form, status=422)
    key, token = ApiKey.issue(
        request.member.organization,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        created_by=request.member.user,
        expires_at=form.expires_at(timezone.now()),
    )
    return render(request, "accounts/api_key_created.html", {"key": key, "token": token})


@role_required(Verb.MANAGE)
@require_POST
@never_cache
def rotate_api_key(request: MemberRequest, key_id: str) -> HttpResponse:
    """Like a new one, shown once; the old one goes on for as long as was chosen."""
    old, form = access.api_key_for(request.member, key_id), RotatedKey(request.POST)
    try:
        if not form.is_valid():
            raise CannotRotate("Choose for how long the old key goes on.")
        key, token = old.rotate(form.overlap_time(), by=request.member.user, now=timezone.now())
    except CannotRotate as refused:
        return _api_keys_page(request, form=NewApiKey(), refused=str(refused), status=422)
    old.refresh_from_db()
    return render(request, "accounts/api_key_created.html", {"key": key, "token": token, "old": old})


@role_required(Verb.MANAGE)
@require_POST
def revoke_api_key(request: MemberRequest, key_id: str) -> HttpResponse:
    key = access.api_key_for(request.member, key_id)
    key.revoke(timezone.now())
    messages.success(request, f"{key.name} is revoked: programs that use it are refused from now on.")
    return redirect("accounts:api-keys")


def _organization_page(
    request: MemberRequest,
    *,
    form: OrganizationSettings | None = None,
    status: int = 200,
) -> HttpResponse:
    page = {"form": form or OrganizationSettings(instance=request.member.organization)}
    return render(request, "accounts/organization.html", page, status=status)


def _api_keys_page(request: MemberRequest, *, form: NewApiKey, refused: str = "", status: int = 200) -> HttpResponse:
    keys = ApiKey.objects.visible_to(request.member).select_related("created_by", "replaced_by")
    page = {"keys": keys, "form": form, "now": timezone.now(), "refused": refused, "overlaps": OVERLAP_HOURS}
    return render(request, "accounts/api_keys.html", page, status=status)
