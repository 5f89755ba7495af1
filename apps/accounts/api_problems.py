"""What goes wrong in the API, as exceptions and as its schema; `trellis/problems.py` writes the documents (RFC 9457)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError

PROBLEM = "application/problem+json"


class Fault(NamedTuple):
    """`pointer` (RFC 6901, with its `#`) is into what was sent, `detail` a sentence, `code` a word that programs know."""

    pointer: str
    detail: str
    code: str


class Faulty(ValidationError):
    """400 with faults that have their places already: those of a document a serializer does not look into."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__([fault.detail for fault in self.faults])


class Conflict(APIException):
    status_code = 409
    default_code = "conflict"


class PreconditionFailed(APIException):
    """`etag` is the current one, without quotes; the answer carries it."""

    status_code = 412
    default_code = "precondition_failed"

    def __init__(self, detail: str, *, etag: str) -> None:
        self.etag = etag
        super().__init__(detail)


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "too_large"


class KeyUsedOtherwise(APIException):
    status_code = 422
    default_code = "idempotency_key_used"
    default_detail = "This Idempotency-Key was used for another request. Send a new key with a new request."


class PreconditionRequired(APIException):
    status_code = 428
    default_code = "precondition_required"
    default_detail = "Say in If-Match which state you have seen: the ETag of what you read."


class FaultSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text="Which value, as a JSON pointer (RFC 6901).")
    detail = serializers.CharField()
    code = serializers.CharField()

    class Meta:
        ref_name = "Fault"


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for the person who reads the log.")
    errors = FaultSerializer(many=True)  # type: ignore[assignment]
    request_id = serializers.CharField(help_text="The id of this request in our logs.")

    class Meta:
        ref_name = "Problem"


def problems(*statuses: int) -> dict[Any, Any]:
    """For `responses` of a schema: these statuses, each as a problem; and 429, which every address may answer."""
    return {(status, PROBLEM): ProblemSerializer for status in (*statuses, 429)}
