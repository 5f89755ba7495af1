"""How programs prove who they are: API keys as bearer tokens, and the scope each view asks for."""

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.accounts.models import ApiKey

if TYPE_CHECKING:  # rest_framework.views itself imports this module, by its setting
    from rest_framework.views import APIView

REFUSAL = "The API key is not valid."


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer trl_live_…`. `request.auth` becomes the ApiKey, `request.auth.organization` is loaded.

    Every failure reads the same: whether a key exists, has expired or was revoked is nobody's business.
    """

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = timezone.now()
        key = ApiKey.authenticate(token.strip(), now)
        if key is None:
            raise AuthenticationFailed(REFUSAL)
        key.note_use(now)
        return None, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Trellis API"'


class HasScope(BasePermission):
    """The key must carry the view's `required_scope`. A view without one lets nobody in."""

    message = "The API key lacks the scope this needs."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.auth, ApiKey):
            return False
        scope = getattr(view, "required_scope", "")
        self.message = f"The API key lacks the scope {scope}." if scope else self.message
        return request.auth.allows(scope)
