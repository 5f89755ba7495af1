"""A postback as it would arrive, without arriving: for the "test postback" page. It goes through the door's own code."""

import time
from urllib.parse import quote, urlsplit

from apps.attribution.models import Network
from apps.attribution.publish import network_units
from apps.ingress.capture import Capture, Request
from apps.ingress.postbacks import PostbackRequest, read
from apps.ingress.postbacks.door import Body, PostbackDesk
from apps.ingress.routing import RouteTable
from apps.ingress.snowflake import Snowflakes

# Of the block for documentation: where nobody says whence it came, and the network does not mind.
SOMEBODY = "203.0.113.1"
# What an address may hold unescaped, and the signs it is made of; anything else a person typed is escaped as browsers do.
ADDRESS_SIGNS = "%/:?#[]@!$&'()*+,;=-._~{}|"


def rehearsed(
    network: Network, *, method: str, address: str, body: str = "", content_type: str = ""
) -> PostbackRequest:
    """What would be kept of it. `address` may be whole, or only what stands behind the question mark."""
    table = RouteTable()
    for name, unit in network_units([network]).items():
        table.apply(name, unit)
    ids = Snowflakes(0, start_ms=int(time.time() * 1000), reserve=lambda ms: ms + 1_000)
    content = body.encode() if method == "POST" else b""
    headers = [(b"content-type", content_type.encode())] if content else []
    request = Request(method.encode(), _target(network, address), headers, _peer(network))
    reply = PostbackDesk(table=table, capture=Capture(), ids=ids).answer(request, Body(content))
    return read(reply.line)


def _target(network: Network, address: str) -> bytes:
    """Path and query of the wire. A bare query goes to the network's own path."""
    text = quote(address.strip(), safe=ADDRESS_SIGNS)
    parts = urlsplit(text)
    if not parts.scheme and not text.startswith("/"):
        return f"/postback/{network.key}?{text.removeprefix('?')}".encode("ascii")
    return f"{parts.path}{'?' if parts.query else ''}{parts.query}".encode("ascii")


def _peer(network: Network) -> str:
    """An address from which the network's postbacks may come."""
    return str(network.addresses[0]).partition("/")[0] if network.addresses else SOMEBODY
