"""Bodies of the API. Strangers may send anything: the answer is a problem that says what is wrong, never a fault of ours."""

from collections.abc import Mapping
from hashlib import sha256
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from apps.accounts.api_problems import BodyTooLarge

# Where the parser leaves the digest of the body, in the request's `parser_context`.
DIGEST = "digest"


class JsonBody(BaseParser):
    """JSON in UTF-8 (RFC 8259), whatever charset is named.

    Not rest_framework's: a body nested a thousand deep, or a charset that is none for text, is a fault in that one.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(f"A body has at most {limit:,} bytes.")
        if isinstance(parser_context, dict):
            parser_context[DIGEST] = sha256(body).hexdigest()
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is no JSON: {error}.") from error
