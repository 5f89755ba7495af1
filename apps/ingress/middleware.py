"""Tracked links and postbacks under any Django server: the pages' own, `runserver`, the test client."""

from collections.abc import Callable
from urllib.parse import quote_from_bytes

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.utils.http import http_date

from apps.ingress.answer import METHODS, SAFE_PAGE, SAFE_PAGE_HEADERS, cookie_header, is_tracked
from apps.ingress.capture import Request
from apps.ingress.postbacks.door import BODY_MAX_BYTES, Body, is_postback_target
from apps.ingress.postbacks.reply import Refusal
from apps.ingress.process import this_process


class TrackedLinks:
    """First in MIDDLEWARE: answers `/in`, `/in/<key>` and `/postback`, and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_tracked(target := target_of(request)):
            return postback(request, target) if is_postback_target(target) else self._get_response(request)
        method = (request.method or "").encode()
        if method not in METHODS:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        answer = this_process().answer_and_keep(request_of(request, target))
        response = HttpResponse(status=answer.status)
        response["Cache-Control"] = "no-store"
        response["Date"] = http_date()
        if answer.location:
            response["Location"] = answer.location
        else:
            response.content = SAFE_PAGE
            for name, value in SAFE_PAGE_HEADERS:
                response[name] = value
        if answer.cookie:
            response["Set-Cookie"] = cookie_header(answer)
        return response


def postback(request: HttpRequest, target: bytes) -> HttpResponse:
    process = this_process()
    reply = process.take_postback(request_of(request, target), body_of(request))
    if reply.repeat and process.repeats.seen(reply.repeat):
        reply = reply.again()
    process.count(reply)
    return HttpResponse(reply.body, status=reply.status, headers=dict(reply.all_headers()))


def body_of(request: HttpRequest) -> Body:
    """What came of the body, up to the most that is taken. Django itself would see nothing of one sent in chunks."""
    stream = request.META["wsgi.input"] if request.META.get("wsgi.input_terminated") else request
    try:
        received: bytes = stream.read(BODY_MAX_BYTES + 1)
    except (UnreadablePostError, OSError):
        return Body(b"", Refusal.CUT_OFF)
    too_large = len(received) > BODY_MAX_BYTES
    return Body(received[:BODY_MAX_BYTES], Refusal.TOO_LARGE if too_large else None)


def request_of(request: HttpRequest, target: bytes) -> Request:
    method = (request.method or "").encode()
    return Request(method, target, headers_of(request), request.META.get("REMOTE_ADDR", ""), request.scheme or "http")


def target_of(request: HttpRequest) -> bytes:
    """Path and query as near to the wire as the server lets us: WSGI has decoded the path, unless it kept the raw one."""
    raw: str | None = request.META.get("RAW_URI") or request.META.get("REQUEST_URI")
    if raw and raw.startswith("/"):
        return raw.encode("latin-1", "replace")
    path = quote_from_bytes(request.META.get("PATH_INFO", "").encode("latin-1", "replace"), safe="/:@!$&'()*+,;=-._~")
    query = request.META.get("QUERY_STRING", "")
    return f"{path}?{query}".encode("latin-1", "replace") if query else path.encode()


def headers_of(request: HttpRequest) -> list[tuple[bytes, bytes]]:
    return [
        (name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in request.headers.items() if value
    ]
