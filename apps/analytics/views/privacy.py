"""Settings, Privacy: what is kept of visitors, what it was before, and what was erased."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.roles import Verb
from apps.analytics import erasures, privacy_words
from apps.analytics.privacy_forms import PolicyForm, VisitorForm
from apps.ingress.models import PrivacyPolicy

SHOWN = 20


@member_required
@require_safe
def privacy(request: MemberRequest) -> HttpResponse:
    return _page(request)


@role_required(Verb.MANAGE)
@require_POST
def change_privacy(request: MemberRequest) -> HttpResponse:
    form = PolicyForm(request.POST)
    if not form.is_valid():
        return _page(request, refused=form)
    organization_id = request.member.organization_id
    if PrivacyPolicy.now_of(organization_id) == (form.cleaned_data["address"], form.cleaned_data["signal"]):
        messages.info(request, "Nothing changed: that is what is kept already.")
        return redirect("analytics:privacy")
    PrivacyPolicy.objects.create(
        organization_id=organization_id,
        written_by=request.member.user.email,
        written_at=timezone.now(),
        **form.cleaned_data,
    )
    messages.success(request, "In force within seconds, for clicks from now on. What is stored already stays as it is.")
    return redirect("analytics:privacy")


def _page(request: MemberRequest, *, refused: PolicyForm | None = None) -> HttpResponse:
    organization_id = request.member.organization_id
    versions = PrivacyPolicy.objects.of(organization_id)[:SHOWN]
    policy = PrivacyPolicy.now_of(organization_id)
    context = {
        "policy": policy,
        "words": privacy_words.in_words(policy),
        "addresses": privacy_words.addresses(),
        "signals": privacy_words.signals(),
        "example": privacy_words.EXAMPLE,
        "versions": versions,
        "erasures": erasures.listed(organization_id, SHOWN),
        "refused": refused,
        "visitor_form": VisitorForm(organization_id=organization_id),
    }
    return render(request, "analytics/privacy.html", context, status=422 if refused else 200)
