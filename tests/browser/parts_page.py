"""Addresses of a page that holds every shared part, so that parts and scripts are tested without any report."""

from datetime import UTC, datetime
from pathlib import Path

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

from trellis.urls import urlpatterns as pages

CHART = {
    "type": "line",
    "axis": "Day",
    "labels": ["20 Nov", "21 Nov", "22 Nov"],
    "series": [
        {"name": "Clicks", "values": [3000, 5000, 2000]},
        {"name": "Before", "values": [2000, 2500, 4000], "compare": True},
    ],
    "unfinished": 1,
    "annotations": [{"at": "21 Nov", "label": "Rule changed"}],
}
BARS = {"type": "bar", "axis": "Minute", "labels": ["14:01"], "series": [{"name": "Clicks", "values": [3]}]}
MAP = {
    "type": "map",
    "axis": "Country",
    "labels": ["Germany", "Singapore", "Russia", "Fiji"],
    "codes": ["DE", "SG", "RU", "FJ"],
    "links": ["/more?country=DE", "/more?country=SG", "/more?country=RU", "/more?country=FJ"],
    "series": [{"name": "Clicks", "values": [3000, 20, 400, 7]}],
}
HOURS = [{"name": f"{hour:02}", "values": [hour * day for day in (1, 2)]} for hour in range(24)]
HEAT = {"type": "heat", "axis": "Day", "measure": "Clicks", "labels": ["Monday", "Tuesday"], "series": HOURS}
MONEY = {
    "type": "bar",
    "axis": "Day",
    "unit": "money:EUR",
    "labels": ["20 Nov"],
    "series": [{"name": "Revenue", "values": [1234.5]}],
}
TONES = ["blue", "green", "red", "yellow", "orange", "purple", "cyan", "secondary"]

PAGE = Path(__file__).with_name("parts.html").read_text()


class AForm(forms.Form):
    name = forms.CharField(help_text="What people call it.")
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])
    on = forms.BooleanField(required=False)
    way = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


def draw(request: HttpRequest, source: str, *, status: int = 200, **context: object) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(source).render(context, request), status=status)


def parts(request: HttpRequest) -> HttpResponse:
    now = datetime(2026, 11, 22, 14, 2, 31, tzinfo=UTC)
    return draw(
        request,
        PAGE,
        freshness=now,
        old=now,
        chart=CHART,
        bars=BARS,
        map=MAP,
        heat=HEAT,
        money=MONEY,
        points=[1, 5, 3],
        fall=-0.2,
        form=AForm({}),
        tones=TONES,
        levels=["success", "info", "warning", "danger"],
    )


def loaded(request: HttpRequest) -> HttpResponse:
    return HttpResponse('<div class="card" id="lazy">It is here.</div>')


def drawer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<h2>Details of it</h2><p><a href='/more'>A link</a></p>")


def toast(request: HttpRequest) -> HttpResponse:
    return JsonResponse({}, headers={"HX-Trigger": '{"toast": {"message": "Saved <b>it</b>.", "level": "success"}}'})


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse("no", status=500)


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"posted by {request.method}")


def refused(request: HttpRequest) -> HttpResponse:
    return draw(request, '{% include "_form.html" %}', form=AForm(request.POST), status=422)


def more(request: HttpRequest) -> HttpResponse:
    rows = '<tr><td><a href="/events/1">First of the new</a></td><td>1</td></tr>', "<tr><td>Last</td><td>2</td></tr>"
    return HttpResponse("".join(rows))


urlpatterns = [
    path("parts", parts),
    path("loaded", loaded),
    path("drawer", drawer),
    path("toast", toast),
    path("broken", broken),
    path("echo", echo),
    path("refused", refused),
    path("more", more),
    path("", include(pages)),  # last, so that the shell finds its addresses
]
