"""The one door to Warden over HTTP: limited in time and size, and led nowhere else."""

import time
from collections.abc import Mapping
from typing import Any

import orjson
import requests

CONNECT_S, READ_S, WHOLE_S = 2.0, 3.0, 5.0
ANSWER_MAX_BYTES = 256 * 1024
RETRY_AFTER_S = 5
PIECE_BYTES = 16 * 1024


class WardenUnavailable(Exception):
    """Warden cannot be asked, or does not answer as agreed. Nobody is let in meanwhile; the message is for the log."""

    def __init__(self, detail: str, *, retry_after_s: int = RETRY_AFTER_S) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(detail)


class SecretLost(WardenUnavailable):
    """What is shared with an issuer was locked under a SECRET_KEY that is gone: somebody has to type it in again."""


class TooMuch(requests.RequestException):
    """An answer that is too large, or comes too slowly."""


class WardenSession(requests.Session):
    """No redirect is followed, no proxy and no netrc of the machine is used, and no answer is read without end."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["Accept-Encoding"] = "identity"  # what is counted is what comes

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere. `requests` would read the whole of a redirect before it asks whether one more is allowed."""

    def send(self, request: requests.PreparedRequest, **words: Any) -> requests.Response:
        """Errors: requests.RequestException."""
        began = time.monotonic()
        answer = super().send(request, **{**words, "timeout": (CONNECT_S, READ_S), "stream": True})
        answer._content = _read(answer, began)
        answer._content_consumed = True
        return answer


def ask(
    url: str, form: Mapping[str, str] | None = None, *, credentials: tuple[str, str] | None = None
) -> dict[str, Any]:
    """The object it answers with: to a POST when there is a form, else to a GET. Errors: WardenUnavailable."""
    try:
        with WardenSession() as session:
            answer = session.request("POST" if form else "GET", url, data=form, auth=credentials, allow_redirects=False)
        said = orjson.loads(answer.content) if answer.status_code == requests.codes.ok else None
    except (requests.RequestException, orjson.JSONDecodeError) as error:
        raise WardenUnavailable(f"{url} gave no answer: {type(error).__name__}") from error
    if not isinstance(said, dict):
        raise WardenUnavailable(f"{url} answered with {answer.status_code}, and not with an object")
    return said


def _read(answer: requests.Response, began: float) -> bytes:
    pieces, size = [], 0
    try:
        # Whatever has come, at most so much: a server that sends letter by letter is looked at after each.
        while piece := answer.raw.read1(PIECE_BYTES):
            pieces.append(piece)
            size += len(piece)
            if size > ANSWER_MAX_BYTES or time.monotonic() - began > WHOLE_S:
                raise TooMuch(f"{size} bytes in {time.monotonic() - began:.1f} s", response=answer)
    except TooMuch:  # which requests counts among OSErrors
        raise
    except OSError as error:
        raise requests.ConnectionError(error) from error
    finally:
        answer.close()
    return b"".join(pieces)
