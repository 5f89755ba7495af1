"""One message, signed, to one place. No redirect is followed: the answer of the place itself is what counts."""

import socket
import ssl
import threading
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException

from cryptography.fernet import InvalidToken
from standardwebhooks import Webhook

from apps.attribution.models import WebhookDelivery
from apps.attribution.webhooks.places import BadPlace, Place, place_of

TIMEOUT_S = 10.0
# However slowly it answers: each part of an answer alone may take the time-out.
WHOLE_S = 20.0
GONE = 410


@dataclass(frozen=True)
class Answer:
    """`status` is 0 when there was none; `said` is a sentence for the log."""

    status: int
    said: str

    @property
    def arrived(self) -> bool:
        return 200 <= self.status < 300


def send(delivery: WebhookDelivery, now: datetime) -> Answer:
    """What came of it. Nothing is raised for what the other side does, or does not."""
    try:
        place = place_of(delivery.endpoint.url)
        return _told(_posted(place, delivery.body.encode(), _headers(delivery, now)))
    except InvalidToken:
        return Answer(0, "Its secret was locked with another SECRET_KEY: replace it, and end it at once.")
    except BadPlace as error:
        return Answer(0, str(error))
    except ssl.SSLError as error:
        return Answer(0, f"No safe connection: {error.reason or error}")
    except TimeoutError:
        return Answer(0, f"No answer within {TIMEOUT_S:.0f} s.")
    except (OSError, HTTPException, ValueError) as error:
        return Answer(0, f"No answer: {error or type(error).__name__}")


def _headers(delivery: WebhookDelivery, now: datetime) -> dict[str, str]:
    signing = [Webhook(secret) for secret in delivery.endpoint.secrets_at(now)]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Trellis-Webhooks",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(each.sign(delivery.message_id, now, delivery.body) for each in signing),
    }


def _posted(place: Place, body: bytes, headers: dict[str, str]) -> int:
    connection = _Pinned(place)
    deadline = threading.Timer(WHOLE_S, connection.cut)
    deadline.daemon = True
    deadline.start()
    try:
        connection.request("POST", place.target, body, headers)
        return connection.getresponse().status
    finally:
        deadline.cancel()
        connection.close()


class _Pinned(HTTPConnection):
    """To the address that was looked at, in the name of the host."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.host, place.port, timeout=TIMEOUT_S)
        self._place = place
        # Of the scheme, so that the Host header names a port only where it is an unusual one.
        self.default_port = 443 if place.scheme == "https" else 80

    def connect(self) -> None:
        plain = socket.create_connection((self._place.address, self._place.port), TIMEOUT_S)
        is_safe = self._place.scheme == "https"
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(plain, server_hostname=self._place.host) if is_safe else plain

    def cut(self) -> None:
        """Ends whatever is waited for."""
        if self.sock:
            self.sock.shutdown(socket.SHUT_RDWR)


def _told(status: int) -> Answer:
    if 200 <= status < 300:
        return Answer(status, "It has arrived.")
    if 300 <= status < 400:
        return Answer(status, f"It was sent elsewhere ({status}), and redirects are not followed.")
    return Answer(status, f"It was refused with {status}.")
