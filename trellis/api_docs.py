"""The API's documentation page: Swagger UI from the sidecar, under the same content security policy as every page."""

from drf_spectacular.views import SpectacularSwaggerSplitView


class ApiDocs(SpectacularSwaggerSplitView):  # type: ignore[misc]
    """The page carries no inline script or style; what starts Swagger UI is a script of its own (`?script`)."""

    template_name = "drf_spectacular/page.html"
    template_name_js = "drf_spectacular/page.js"
