"""What Django and django-csp do not bring: what browsers may not do on our pages, and how large a request may be."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse

# Nothing here needs a camera; a script that got in somehow would find one useful.
FEATURES = """accelerometer autoplay camera display-capture encrypted-media fullscreen geolocation gyroscope hid magnetometer
microphone midi payment picture-in-picture screen-wake-lock serial usb xr-spatial-tracking""".split()
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in FEATURES)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
UPLOAD_HANDLERS = [
    "trellis.hardening.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Files are at most 20 MiB, and say so themselves; a form around one needs little more.
REQUEST_MAX_BYTES = 24 * 1024**2


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: every answer of the pages has them."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return answered


class BoundedUpload(FileUploadHandler):
    """Refuses a request that announces more than any file may have, before a byte of it is on the disk."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        if content_length > REQUEST_MAX_BYTES:
            raise RequestDataTooBig(
                f"A request has at most {REQUEST_MAX_BYTES // 1024**2} MB; this one has {content_length // 1024**2}."
            )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
