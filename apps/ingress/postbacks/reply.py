"""What a postback is answered. Nothing of the request is in an answer but the text it asked for, and that as plain text."""

import hashlib
from enum import Enum
from typing import NamedTuple

from apps.ingress.capture import Captured
from apps.ingress.models.postbacks import Postback
from apps.ingress.postbacks.line import Told
from apps.ingress.routing import NetworkRoute

PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)  # a GIF of one transparent pixel
TEXT = "text/plain; charset=utf-8"
OK = b"OK"
AGAIN = b"OK duplicate"
RETURN_MAX_CHARS = 200
RESULT = "trellis-result"
_FIXED = (
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
)
Reason = Postback.Reason
ACCEPTED, HEAD = str(Reason.ACCEPTED), str(Reason.HEAD)


class Refusal(Enum):
    """Why a postback is refused: the status, the reason it is kept with, and the sentence that says what to do."""

    NO_KEY = 400, Reason.MALFORMED, "Say which network this is: /postback/KEY or /postback?key=KEY."
    KEY = 404, Reason.UNKNOWN_KEY, "No network has this key. It stands in the settings of your networks."
    ADDRESS = 403, Reason.FORBIDDEN_ADDRESS, "This network takes postbacks from the addresses in its list only."
    SIGNATURE = 403, Reason.BAD_SIGNATURE, "This network takes signed postbacks only, and sig is missing or wrong."
    BODY = 400, Reason.MALFORMED, "The body is not the form or the JSON object that its type says."
    TOO_LARGE = 413, Reason.MALFORMED, "The body is longer than 64 KiB."
    CUT_OFF = 408, Reason.MALFORMED, "The body ended before it was whole."
    METHOD = 405, Reason.MALFORMED, "Send a postback by GET or POST."


class Reply(NamedTuple):
    """The answer, and the line to keep before it leaves.

    `result` is one word for counting and for the header `Trellis-Result`. `repeat` is the same for two postbacks that say the same,
    and empty where that means nothing. `headers` come besides the fixed ones.
    """

    status: int
    result: str
    reason: str
    body: bytes
    content_type: str = TEXT
    headers: tuple[tuple[str, str], ...] = ()
    repeat: bytes = b""
    line: bytes = b""

    def again(self) -> "Reply":
        """The answer to one that was received before: 200 as well, or its network would switch the address off."""
        return self._replace(result="duplicate", body=AGAIN if self.body == OK else self.body)

    def all_headers(self) -> list[tuple[str, str]]:
        """In lower case, without those of the protocol."""
        return [*_FIXED, *self.headers, ("content-type", self.content_type), (RESULT, self.result)]


NOT_KEPT = Reply(503, "not_kept", "", b"It could not be kept. Send it again, please.", headers=(("retry-after", "30"),))


def refused(refusal: Refusal) -> Reply:
    status, reason, sentence = refusal.value
    headers = (("allow", "GET, HEAD, POST"),) if refusal is Refusal.METHOD else ()
    return Reply(status, str(reason), str(reason), sentence.encode(), headers=headers)


def accepted(captured: Captured, said: Told, network: NetworkRoute | None) -> Reply:
    """200: the pixel, the text that was asked for, or OK. Looking with HEAD reports nothing."""
    assert network
    is_pixel = captured.path.startswith("/postback.gif")
    body, content_type = (PIXEL, "image/gif") if is_pixel else (_text_asked_for(said), TEXT)
    if captured.method == "HEAD":
        return Reply(200, HEAD, HEAD, body, content_type)
    return Reply(
        200, "paused" if network.paused else ACCEPTED, ACCEPTED, body, content_type, repeat=_repeat(network, said)
    )


def _text_asked_for(said: Told) -> bytes:
    text = said.parameters.get("return", "")
    return text.encode() if text and len(text) <= RETURN_MAX_CHARS and text.isprintable() else OK


def _repeat(network: NetworkRoute, said: Told) -> bytes:
    if not said.pairs:
        return b""
    words = [str(network.network_id), *(word for pair in said.pairs for word in pair)]
    return hashlib.blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=16).digest()
