"""Whether this process lives, and whether what it needs answers. For load balancers and `./dev up -d`."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.analytics.services import Service, services


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; asks nobody."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL, Redis and ClickHouse all answer, else 503; the body says which and why."""
    found = services()
    ready = all(service.up for service in found)
    body = {
        "status": "ready" if ready else "not ready",
        "services": {_key(service): _said(service) for service in found},
    }
    return JsonResponse(body, status=200 if ready else 503)


def _key(service: Service) -> str:
    return service.name.lower()


def _said(service: Service) -> dict[str, object]:
    return {"up": service.up, "ms": service.ms} | ({"error": service.error} if service.error else {})
