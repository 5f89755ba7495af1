"""Idempotency-Key: whoever did not hear the answer asks again, and it is done once."""

from collections.abc import Callable
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api_body import DIGEST
from apps.accounts.api_problems import Fault, Faulty, KeyUsedOtherwise
from apps.campaigns.models import KeptAnswer
from apps.campaigns.models.answers import IDEMPOTENCY_KEY_MAX_CHARS

HEADER = "Idempotency-Key"
KEPT_HEADERS = ("ETag", "Location")


def once(request: Request, organization_id: int, act: Callable[[], Response]) -> Response:
    """The answer of `act`, in one transaction with what it does; for a key that was used within a day, the answer it had then.

    Whoever asks with a key while it is being answered waits. What was refused is not kept: it may be right next time.
    Errors: KeyUsedOtherwise, Faulty, and those of `act`.
    """
    key = request.headers.get(HEADER)
    if key is None:
        with transaction.atomic():
            return act()
    if not 0 < len(key) <= IDEMPOTENCY_KEY_MAX_CHARS or not (key.isascii() and key.isprintable()):
        raise Faulty([Fault("#", f"{HEADER} has 1 to {IDEMPOTENCY_KEY_MAX_CHARS} printable characters.", "header")])
    with transaction.atomic():
        return _answered(request, organization_id, key, act)


def _answered(request: Request, organization_id: int, key: str, act: Callable[[], Response]) -> Response:
    now, digest = timezone.now(), _digest(request)
    KeptAnswer.objects.forget(organization_id, now)
    kept, is_new = KeptAnswer.objects.get_or_create(
        organization_id=organization_id, key=key, defaults={"digest": digest, "created_at": now}
    )
    if kept.digest != digest:
        raise KeyUsedOtherwise
    if not is_new:
        return Response(kept.body, status=kept.status, headers={**kept.headers, "Idempotent-Replayed": "true"})
    response = act()
    kept.status, kept.body = response.status_code, response.data
    kept.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    kept.save()
    return response


def _digest(request: Request) -> str:
    """Of method, address and body."""
    _ = request.data  # reading the body is what makes its digest
    body = request.parser_context.get(DIGEST, "")
    return sha256(f"{request.method} {request.get_full_path()} {body}".encode()).hexdigest()
