"""Saved views of Explore: the list, saving one, changing and deleting it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import MemberRequest, member_required, role_required
from apps.accounts.roles import Verb
from apps.analytics import access
from apps.analytics.models import SavedView
from apps.analytics.saved_views import NewViewForm, SavedViewForm


@member_required
@require_GET
def saved_views(request: MemberRequest) -> HttpResponse:
    return _list(request)


@member_required
@require_GET
def saved_view(request: MemberRequest, view_id: int) -> HttpResponse:
    return _explore(access.saved_view_for(request.member, view_id))


@role_required(Verb.WRITE)
@require_POST
def save_view(request: MemberRequest) -> HttpResponse:
    form = NewViewForm(
        request.POST, instance=SavedView(organization=request.member.organization, owner=request.member.user)
    )
    if not form.is_valid():
        return render(request, "analytics/save_view.html", {"form": form}, status=422)
    view = form.save()
    messages.success(request, f"{view.name} is saved.")
    return _explore(view)


@role_required(Verb.WRITE)
@require_POST
def change_view(request: MemberRequest, view_id: int) -> HttpResponse:
    view = access.changeable_view_for(request.member, view_id)
    form = SavedViewForm(request.POST, instance=view)
    if not form.is_valid():
        return _list(request, form)
    form.save()
    messages.success(request, f"{view.name} is changed.")
    return redirect("analytics:saved-views")


@role_required(Verb.WRITE)
@require_POST
def delete_view(request: MemberRequest, view_id: int) -> HttpResponse:
    view = access.changeable_view_for(request.member, view_id)
    view.delete()
    messages.success(request, f"{view.name} is deleted.")
    return redirect("analytics:saved-views")


def _list(request: MemberRequest, refused: SavedViewForm | None = None) -> HttpResponse:
    changeable = (
        {view.pk for view in SavedView.objects.changeable_by(request.member)} if request.member.may_write else set()
    )
    rows = [
        (view, _form_of(view, refused) if view.pk in changeable else None)
        for view in SavedView.objects.visible_to(request.member).select_related("owner")
    ]
    return render(request, "analytics/saved_views.html", {"rows": rows}, status=422 if refused else 200)


def _form_of(view: SavedView, refused: SavedViewForm | None) -> SavedViewForm:
    return refused if refused and refused.instance.pk == view.pk else SavedViewForm(instance=view)


def _explore(view: SavedView) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('analytics:explore')}?{view.query}")
