"""Addresses of the reports, the System page and the events API."""

from django.urls import path

from apps.analytics import api
from apps.analytics.views import events, live, overview, system

app_name = "analytics"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("reports/totals", overview.totals, name="totals"),
    path("reports/clicks-by-day", overview.clicks_by_day, name="clicks-by-day"),
    path("reports/kinds", overview.kinds, name="kinds"),
    path("reports/top-links", overview.top_links, name="top-links"),
    path("reports/top-sources", overview.top_sources, name="top-sources"),
    path("reports/onboarding", overview.onboarding, name="onboarding"),
    path("reports/link-clicks/<str:key>", overview.link_clicks, name="link-clicks"),
    path("live", live.live, name="live"),
    path("live/events", live.live_events, name="live-events"),
    path("events", events.events, name="events"),
    path("events/<int:event_id>", events.event, name="event"),
    path("system", system.system, name="system"),
    path("system/services", system.system_services, name="system-services"),
    path("system/pipeline", system.system_pipeline, name="system-pipeline"),
    path("system/workers", system.system_workers, name="system-workers"),
    path("api/v1/events", api.EventList.as_view(), name="api-events"),
    path("api/v1/events/<str:event_id>", api.EventDetail.as_view(), name="api-event"),
]
