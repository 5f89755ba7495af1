"""Reading a request without changing it: what is kept of the headers, whose address it came from, which visitor it was.

Text here is latin-1: one letter a byte, so nothing of a hostile or foreign request is lost on the way to the store.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from apps.ingress.proxies import Proxies

VISITOR_COOKIE = "trl_visitor"

# Names of headers whose values are kept. Secrets (Cookie, Authorization and what else may carry one) are not on the list; of a
# header that is not, the name is kept. `TRELLIS_KEPT_HEADERS` adds to it.
KEPT_HEADERS = frozenset(
    """accept accept-charset accept-encoding accept-language cache-control cf-connecting-ip cf-ipcountry cf-ray connection
    content-length content-type device-memory dnt downlink ect from forwarded host if-modified-since if-none-match origin
    pragma priority purpose range referer rtt save-data sec-ch-ua sec-ch-ua-arch sec-ch-ua-bitness sec-ch-ua-mobile
    sec-ch-ua-full-version-list sec-ch-ua-model sec-ch-ua-platform sec-ch-ua-platform-version sec-fetch-dest sec-fetch-mode
    sec-fetch-site sec-fetch-user sec-gpc sec-purpose te true-client-ip upgrade-insecure-requests user-agent via
    x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto x-moz x-purpose x-real-ip x-requested-with
    x-wap-profile""".split()
)
# Different spellings of names seen are remembered; a flood of made-up names must not fill the memory.
REMEMBERED_NAMES = 2_000


# The values on the redirect's way are named tuples: making one takes 0.4 µs, a frozen dataclass of this size 1.3. By position, and
# taken apart by unpacking, they cost half of what they do by name (2026-11-22).
class Request(NamedTuple):
    """The parts of a request that an adapter hands over, as bytes of the wire."""

    method: bytes
    target: bytes
    headers: Sequence[tuple[bytes, bytes]]
    peer: str
    scheme: str = "http"


class Captured(NamedTuple):
    """What is kept of a request. `named` has the last value of each kept header under its lower-case name."""

    method: str
    scheme: str
    host: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    withheld: list[str]
    named: dict[str, str]
    cookie: str
    ip: str


class Capture:
    """Reads requests. Made once for a process, with the extra header names to keep and the proxies to believe."""

    def __init__(self, *, kept: Iterable[str] = (), trusted_proxies: Iterable[str] = ()) -> None:
        self._kept = KEPT_HEADERS | {name.lower() for name in kept}
        self._names: dict[bytes, tuple[str, str]] = {}
        self._proxies = Proxies(trusted_proxies)

    def read(self, request: Request) -> Captured:
        method, target, raw_headers, peer, scheme = request
        headers: list[tuple[str, str]] = []
        withheld: list[str] = []
        named: dict[str, str] = {}
        cookie = ""
        names = self._names
        for raw_name, raw_value in raw_headers:
            name, lower = names.get(raw_name) or self._remember(raw_name)
            if lower:
                value = raw_value.decode("latin-1")
                headers.append((name, value))
                named[lower] = value
            else:
                withheld.append(name)
                if name.lower() == "cookie":
                    cookie = _cookie_of(raw_value) or cookie
        path, mark, query = target.decode("latin-1").partition("?")
        if mark and not query:
            path += mark  # a question mark with nothing behind it is kept too
        host, ip = named.get("host", ""), peer
        if self._proxies and self._proxies.are(peer):
            scheme = named.get("x-forwarded-proto", scheme)
            host = named.get("x-forwarded-host") or host
            # Putting together is for the few requests in which a name comes twice.
            repeats = len(named) < len(headers)
            hops = _joined(headers, "x-forwarded-for") if repeats else named.get("x-forwarded-for", "")
            ip = self._proxies.address(peer, hops)
        return Captured(method.decode("latin-1"), scheme, host, path, query, headers, withheld, named, cookie, ip)

    def _remember(self, raw: bytes) -> tuple[str, str]:
        """The name as it came and its lower-case form, the latter empty when the value is withheld."""
        name = raw.decode("latin-1")
        lower = name.lower()
        known = (name, lower if lower in self._kept else "")
        if len(self._names) < REMEMBERED_NAMES:
            self._names[raw] = known
        return known


def parameters_of(query: str) -> list[tuple[str, str]]:
    """Every parameter in order with repeats, decoded to bytes and read as UTF-8; what is not UTF-8 stays as surrogates."""
    parts = [part.partition("=") for part in query.split("&") if part]
    if query.isascii() and "%" not in query and "+" not in query:
        return [(name, value) for name, _, value in parts]
    return [(_decoded(name), _decoded(value)) for name, _, value in parts]


def first_values(query: str) -> dict[str, str]:
    """The first value of each parameter."""
    pairs = parameters_of(query)
    first = dict(pairs)
    if len(first) < len(pairs):
        first.update(reversed(pairs))
    return first


def utf8(latin: str) -> str:
    """Latin-1 text of the wire as UTF-8 text; bytes that are not UTF-8 stay as surrogates."""
    return latin if latin.isascii() else latin.encode("latin-1").decode("utf-8", "surrogateescape")


def _decoded(text: str) -> str:
    if "%" not in text and "+" not in text:
        return utf8(text)
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode("utf-8", "surrogateescape")


def _joined(headers: list[tuple[str, str]], wanted: str) -> str:
    """A list that may go on in several headers of one name: a proxy may append to the last or add one of its own."""
    return ",".join([value for name, value in headers if name.lower() == wanted])


def _cookie_of(raw: bytes) -> str:
    for part in raw.decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == VISITOR_COOKIE:
            return value
    return ""
