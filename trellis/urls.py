"""Every address of the pages and the API. Tracked links are answered before this table is read."""

from django.contrib import admin
from django.urls import include, path
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.views import SpectacularAPIView

from apps.accounts.second_factor import Enrolment
from trellis import health, problems
from trellis.api_docs import ApiDocs

handler400, handler404, handler500 = problems.bad_request, problems.not_found, problems.server_error

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", ExportToDjangoView, name="metrics"),
    path("", include("apps.accounts.urls")),
    path("accounts/2fa/totp/activate/", Enrolment.as_view()),  # before allauth's own of the same address
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", ApiDocs.as_view(url_name="schema"), name="api-docs"),
    path("", include("apps.campaigns.urls")),
    path("", include("apps.attribution.urls")),
    path("", include("apps.analytics.urls")),
]
