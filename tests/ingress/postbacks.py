"""Networks, postbacks and their lines to test with; each is whole by default and takes what the test is about."""

from itertools import count
from typing import Any

from apps.ingress.capture import Capture, Request
from apps.ingress.models import Postback
from apps.ingress.postbacks.door import Body, PostbackDesk
from apps.ingress.postbacks.line import Taken, encode, taken_of
from apps.ingress.postbacks.reply import Reply
from apps.ingress.routing import RouteTable
from apps.ingress.snowflake import Snowflakes
from tests.ingress.make import NOW, NOW_MS, a_request

KEY = "n3tw0rk"
SECRET = "a secret of the network"
QUERY = "click_id=0123456789abcdefghjkm&txid=A-1&payout=12.50&status=sale"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

_ids = count(1)


def a_network_unit(**changes: Any) -> dict[str, Any]:
    return {"organization_id": 7, "network_id": 9, "secret": "", "addresses": [], "paused": False, **changes}


def a_postback_desk(*, key: str = KEY, trusted_proxies: tuple[str, ...] = (), **network: Any) -> PostbackDesk:
    """A desk that knows one network."""
    table = RouteTable()
    table.apply(f"network:{key}", a_network_unit(**network))
    ids = Snowflakes(3, start_ms=0, reserve=lambda ms: ms + 1_000)
    return PostbackDesk(table=table, capture=Capture(trusted_proxies=trusted_proxies), ids=ids)


def a_postback(target: str = f"/postback/{KEY}?{QUERY}", *, method: str = "GET", **headers: str) -> Request:
    return a_request(target, method=method, **headers)


def answer_to(
    target: str = f"/postback/{KEY}?{QUERY}", body: bytes = b"", *, desk: PostbackDesk | None = None, **request: str
) -> Reply:
    request.setdefault("method", "POST" if body else "GET")
    return (desk or a_postback_desk()).answer(a_postback(target, **request), Body(body))


def a_postback_line(target: str = f"/postback/{KEY}?{QUERY}", body: bytes = b"", **changes: Any) -> bytes:
    """A line as ingress writes it; `changes` are fields of Taken, and headers those of the request."""
    headers = changes.pop("headers", {})
    method = changes.pop("method", "POST" if body else "GET")
    taken = Taken((NOW_MS << 21) + next(_ids), NOW_MS, 7, 9, "accepted", paused=False)
    captured = Capture().read(a_postback(target, method=method, **headers))
    return encode(captured, body, taken._replace(**changes)).rstrip(b"\n")


def a_stored_postback(organization_id: int, target: str = f"/postback/{KEY}?{QUERY}", **changes: Any) -> Postback:
    """A row as the store task writes it."""
    line = a_postback_line(target, organization_id=organization_id, **changes)
    taken = taken_of(line)
    return Postback.objects.create(
        id=taken.id,
        organization_id=organization_id,
        network_id=taken.network_id,
        received_at=NOW,
        reason=taken.reason,
        line=line,
    )
