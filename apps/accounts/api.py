"""How programs prove who they are: a key or token behind `Bearer`, and the scope each view asks for."""

from typing import TYPE_CHECKING, cast

import structlog
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.accounts.belonging import Program
from apps.accounts.models import ApiKey
from apps.accounts.rate_limits import Weight, spend
from apps.accounts.warden import programs, service_keys, tokens
from apps.accounts.warden.asking import WardenUnavailable
from apps.accounts.warden.tokens import BadToken

if TYPE_CHECKING:  # rest_framework.views itself imports this module, by its setting
    from rest_framework.views import APIView

REFUSAL = "The API key or token is not valid."
log = structlog.get_logger(__name__)


class WardenDown(APIException):
    """Who it is cannot be said now, so nobody is let in."""

    status_code = 503
    default_code = "warden_unavailable"
    default_detail = "Warden, which knows this key or token, does not answer. Ask again in a moment."

    def __init__(self, wait: int) -> None:
        self.wait = wait  # becomes Retry-After
        super().__init__()


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer` with an API key, a token of Warden's, or one of its service keys: `request.auth` becomes a Program.

    Every failure reads the same: whether a key exists, has expired or was revoked is nobody's business.
    """

    def authenticate(self, request: Request) -> tuple[None, Program] | None:
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        program = _program(token.strip())
        if program is None:
            raise AuthenticationFailed(REFUSAL)
        return None, program

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Trellis API"'


class HasScope(BasePermission):
    """The program must have the view's `required_scope`. A view without one lets nobody in. Being refused costs a point.

    Errors: TooMany.
    """

    message = "The API key or token lacks the scope this needs."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        program = cast(Program | None, request.auth)
        if program is None:
            return False
        scope = getattr(view, "required_scope", "")
        self.message = f"The API key or token lacks the scope {scope}." if scope else self.message
        if program.allows(scope):
            return True
        # Throttles are asked only about who is let in.
        spend(request, view, Weight.PLAIN)
        return False


def _program(token: str) -> Program | None:
    """By what it looks like: each kind of credential is checked by its own rules, and none falls back to another's."""
    now = timezone.now()
    try:
        if token.startswith(service_keys.PREFIX):
            return programs.by_service_key(token, now)
        if tokens.looks_like_one(token):
            return programs.by_token(token, now)
    except BadToken as error:
        log.info("warden_refused", why=str(error))
        return None
    except WardenUnavailable as error:
        log.warning("warden_unavailable", why=str(error))
        raise WardenDown(error.retry_after_s) from error
    key = ApiKey.authenticate(token, now)
    if key:
        key.note_use(now)
    return key
