"""What all addresses of campaigns and links share: scopes, JSON bodies, ETags, and our own errors as problems."""

from typing import Any, cast

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as Refusal
from django.utils.http import parse_etags
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api_body import JsonBody
from apps.accounts.api_problems import Conflict, Fault, Faulty, PreconditionFailed, PreconditionRequired
from apps.accounts.belonging import Program
from apps.accounts.models import User
from apps.accounts.roles import Scope
from apps.campaigns.definition import BadDefinition
from apps.campaigns.editing import ChangedMeanwhile, NotPossible

CHANGED = "Somebody has changed this since you read it. Read it again, then try again."


class ProgramView(APIView):
    """Reading wants the scope campaigns:read, everything else campaigns:write. `document_at` is where a body has its definition."""

    parser_classes = (JsonBody,)
    document_at = "#/draft"

    @property
    def required_scope(self) -> Scope:
        return Scope.CAMPAIGNS_READ if self.request.method in SAFE_METHODS else Scope.CAMPAIGNS_WRITE

    @property
    def key(self) -> Program:
        """HasScope has made sure that there is one."""
        return cast(Program, self.request.auth)

    @property
    def key_id(self) -> str:
        """Empty for whoever comes with another credential than an API key of ours."""
        return getattr(self.key, "key_id", "")

    @property
    def user(self) -> User | None:
        """Whoever made the key: what a program does is done in their name."""
        return self.key.created_by

    def handle_exception(self, exc: Exception) -> Response:
        said = self._said(exc)
        response = super().handle_exception(said)
        if isinstance(said, PreconditionFailed):
            response["ETag"] = f'"{said.etag}"'
        return response

    def place(self, pointer: str) -> str:
        """Where in the body that is which the pointer names in the definition."""
        return self.document_at + pointer

    def _said(self, exc: Exception) -> Exception:
        if isinstance(exc, BadDefinition):
            return Faulty(Fault(self.place(each.pointer), each.detail, each.code) for each in exc.problems)
        if isinstance(exc, ChangedMeanwhile):
            return PreconditionFailed(str(exc), etag=exc.campaign.etag)
        if isinstance(exc, NotPossible):
            return Conflict(str(exc))
        if isinstance(exc, Refusal):
            return Faulty(_faults(exc))
        return exc


class Asked(serializers.Serializer[Any]):
    """Names that are not known are refused: a misspelt one would be passed over in silence."""

    # May stand in a body and says nothing: what was read is sent back with it.
    ignored: frozenset[str] = frozenset()

    @classmethod
    def read(cls, data: Any, **words: Any) -> dict[str, Any]:
        """What was said. Errors: serializers.ValidationError."""
        asked = cls(data=data, **words)
        asked.is_valid(raise_exception=True)
        said: dict[str, Any] = asked.validated_data
        return said

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := [*data.keys() - self.fields.keys() - self.ignored]):
            raise serializers.ValidationError({name: ["There is no such value here."] for name in sorted(unknown)})
        return super().to_internal_value(data)


def match(request: Request, etag: str, *, needed: bool) -> None:
    """Errors: PreconditionFailed when If-Match names another state, PreconditionRequired when it is needed and not there."""
    said = request.headers.get("If-Match")
    if said is None and needed:
        raise PreconditionRequired
    # Weak ones never match (RFC 9110, section 13.1.1).
    if said is not None and not {"*", f'"{etag}"'} & {*parse_etags(said)}:
        raise PreconditionFailed(CHANGED, etag=etag)


def tagged(request: Request, document: dict[str, Any], etag: str, **words: Any) -> Response:
    """The document with its ETag; without a body when the program has it already."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    is_known = {"*", f'"{etag}"', f'W/"{etag}"'} & {*known}
    response = Response(status=304) if is_known and request.method in SAFE_METHODS else Response(document, **words)
    response["ETag"] = f'"{etag}"'
    return response


def _faults(refusal: Refusal) -> list[Fault]:
    by_field = refusal.error_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.error_list}
    return [
        Fault("#" if name == NON_FIELD_ERRORS else f"#/{name}", " ".join(error.messages), error.code or "invalid")
        for name, errors in by_field.items()
        for error in errors
    ]
