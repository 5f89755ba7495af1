"""Errors of the API as RFC 9457 problem+json: one shape for every 4xx and 5xx under `/api/`."""

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views import defaults
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    ErrorDetail,
    NotAuthenticated,
    ValidationError,
)
from rest_framework.response import Response
from rest_framework.views import exception_handler
from structlog.contextvars import get_contextvars

from apps.accounts.api_problems import PROBLEM, Faulty
from apps.accounts.rate_limits import refused_too_often
from apps.ingress.warehouse.errors import QuestionTooLarge, WarehouseUnavailable

MEDIA_TYPE = PROBLEM
API_PREFIX = "/api/"
TOO_MANY_FIELDS = (
    f"A form may have {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} fields, and this one has more. Nothing of it was read or "
    "changed: go back and make it smaller, or send it in parts."
)


class WarehouseDown(APIException):
    status_code = 503
    default_detail = "The event store does not answer. Nothing is lost; ask again in a moment."
    default_code = "warehouse_unavailable"
    wait = 5


class AskedTooMuch(APIException):
    status_code = 422
    default_detail = "This question is too large: ask for a shorter span or fewer groups."
    default_code = "question_too_large"


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an error in an API view; None for errors that are ours, which become a logged 500."""
    if isinstance(exc, WarehouseUnavailable):
        exc = WarehouseDown()
    elif isinstance(exc, QuestionTooLarge):
        exc = AskedTooMuch()
    elif isinstance(exc, NotAuthenticated | AuthenticationFailed):
        exc = refused_too_often(context["request"]) or exc
    response = exception_handler(exc, context)
    if response is None:
        return None
    response.data = problem(response.status_code, *_said(exc, response.data))
    response.content_type = MEDIA_TYPE
    return response


def problem(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The document. `errors` has one entry per fault: pointer (RFC 6901, into what was sent), detail, code."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors or [],
        "request_id": str(get_contextvars().get("request_id", "")),
    }


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """`handler404`: a problem for the API, the page for people."""
    if not request.path.startswith(API_PREFIX):
        return defaults.page_not_found(request, exception)
    return _plain(404, "There is nothing at this address.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """`handler400`: the page for people, which says what they can do about it where we know."""
    if not isinstance(exception, TooManyFieldsSent):
        return defaults.bad_request(request, exception)
    return render(request, "400.html", {"why": TOO_MANY_FIELDS}, status=400)


def wrong_method(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the page for people instead of Django's empty 405, which they meet when they type in where a form goes."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.streaming or response.content:
            return response
        page = render(request, "405.html", status=response.status_code)
        page.headers["Allow"] = response.headers["Allow"]
        return page

    return answered


def server_error(request: HttpRequest) -> HttpResponseBase:
    """`handler500`: a problem for the API, the page for people."""
    if not request.path.startswith(API_PREFIX):
        return defaults.server_error(request)
    return _plain(500, "Something went wrong on our side; it has been logged under this request_id.")


def _plain(status: int, detail: str) -> HttpResponse:
    return JsonResponse(problem(status, detail), status=status, content_type=MEDIA_TYPE)


def _said(exc: Exception, data: Any) -> tuple[str, list[dict[str, str]]]:
    if not isinstance(exc, ValidationError):
        return str(data["detail"]), []
    errors = [fault._asdict() for fault in exc.faults] if isinstance(exc, Faulty) else list(_errors(exc.detail))
    return ("One value is not right." if len(errors) == 1 else f"{len(errors)} values are not right."), errors


def _errors(detail: Any, pointer: str = "#") -> Iterator[dict[str, str]]:
    """Every fault in a serializer's nested errors, depth first."""
    if isinstance(detail, ErrorDetail):
        yield {"pointer": pointer, "detail": str(detail), "code": str(detail.code)}
    elif isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else f"/{str(name).replace('~', '~0').replace('/', '~1')}"
            yield from _errors(inner, pointer + step)
    else:
        for index, inner in enumerate(detail):
            # A list of messages is about one place; a list of objects is one place each.
            yield from _errors(inner, f"{pointer}/{index}" if isinstance(inner, Mapping) else pointer)
