"""The redirect's core: capture, route, keep, answer. Plain functions from a request's parts to an answer and its spool line.

Nothing here asks PostgreSQL, ClickHouse or Redis. Whatever goes wrong in a step, the click is kept with that field empty.
"""

import time
from typing import NamedTuple

import structlog

from apps.ingress.capture import VISITOR_COOKIE, Capture, Captured, Request, first_values
from apps.ingress.destination import PARAMETER_MACROS, with_click
from apps.ingress.event import Reason
from apps.ingress.line import Decided, encode
from apps.ingress.routing import NOBODY, Decision, RouteTable, decide
from apps.ingress.snowflake import BadId, SealedIds, Snowflakes, milliseconds_of

log = structlog.get_logger(__name__)

PREFIX = b"/in"
METHODS = frozenset({b"GET", b"HEAD"})
# Browsers keep a cookie for at most 400 days; one older than a month is handed out anew, so a regular visitor stays the same.
COOKIE_MAX_AGE_S = 400 * 86_400
COOKIE_RENEW_MS = 30 * 86_400_000
LOCATION_MAX_CHARS = 8_000
STATUS_OF_REFUSAL = {
    Reason.UNKNOWN_KEY: 404,
    Reason.NO_DESTINATION: 404,
    Reason.PAUSED: 410,
    Reason.EXPIRED: 410,
    Reason.UNVERIFIED: 400,
    Reason.BAD_SIGNATURE: 400,
    Reason.BAD_URL: 400,
    Reason.TOO_LONG: 400,
    Reason.FAULT: 503,
}
SAFE_PAGE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    b"<meta name=robots content=noindex><title>This link leads nowhere</title>"
    b"<h1>This link leads nowhere</h1><p>It may be mistyped, paused or out of date. "
    b"Nothing is wrong with your device; you can close this page or go back.</p></html>"
)
# Nothing of the request is ever on the page; should that change, nothing on it may run or be framed.
SAFE_PAGE_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex"),
)


class Answer(NamedTuple):
    """What the visitor gets, and the line to keep before it leaves. `cookie` is the visitor's sealed id when to be set."""

    status: int
    location: str
    cookie: str
    line: bytes
    secure: bool


def is_tracked(target: bytes) -> bool:
    """Whether the path is `/in` or `/in/<key>`."""
    return target.startswith(PREFIX) and target[3:4] in (b"", b"/", b"?")


class Desk:
    """Everything a process needs to answer tracked links. One for each process; safe from several threads but for `ids`."""

    def __init__(
        self, *, table: RouteTable, capture: Capture, ids: Snowflakes, click_ids: SealedIds, visitor_ids: SealedIds
    ) -> None:
        self.table = table
        self._capture = capture
        self._ids = ids
        self._click_ids = click_ids
        self._visitor_ids = visitor_ids

    def answer(self, request: Request) -> Answer:
        now_s = time.time()
        now_ms = int(now_s * 1000)
        captured = self._capture.read(request)
        event_id = self._ids.next(now_ms)
        visitor_id, cookie = self._visitor(captured.cookie, event_id, now_ms)
        key = captured.path[4:].removesuffix("?")
        decision, location = self._route(captured, key, event_id, visitor_id, now_s)
        organization, reason, link, _, _ = decision
        status = 302 if location else STATUS_OF_REFUSAL.get(reason, 404)
        decided = Decided(
            event_id,
            now_ms,
            organization.id,
            visitor_id,
            visitor_id == event_id,
            status,
            reason,
            link.link_id if link else 0,
            key,
            location,
            organization.retention_days,
        )
        return Answer(status, location, cookie, encode(captured, decided), captured.scheme == "https")

    def _visitor(self, cookie: str, event_id: int, now_ms: int) -> tuple[int, str]:
        """The visitor's id, and the cookie to set or nothing. A new visitor's id is that of their first click."""
        if cookie:
            try:
                visitor_id = self._visitor_ids.open(cookie)
            except BadId:
                pass
            else:
                renew = now_ms - milliseconds_of(visitor_id) > COOKIE_RENEW_MS
                return visitor_id, cookie if renew else ""
        return event_id, self._visitor_ids.seal(event_id)

    def _route(
        self, captured: Captured, key: str, event_id: int, visitor_id: int, now_s: float
    ) -> tuple[Decision, str]:
        try:
            parameters = first_values(captured.query) if captured.query else {}
            decision = decide(self.table, key=key, host=captured.host, parameters=parameters, now_s=now_s)
            location = self._location(decision, parameters, event_id, visitor_id, now_s)
            if len(location) > LOCATION_MAX_CHARS:
                return decision._replace(reason=Reason.TOO_LONG), decision.organization.safe_url
            return decision, location
        except Exception:
            log.exception("a click could not be routed", path=captured.path)
            return Decision(NOBODY, Reason.FAULT), ""

    def _location(
        self, decision: Decision, parameters: dict[str, str], event_id: int, visitor_id: int, now_s: float
    ) -> str:
        destination = decision.destination
        if destination:
            click_id = self._click_ids.seal(event_id)
            values = [self._value(macro, parameters, click_id, visitor_id, now_s) for macro in destination.macros]
            return destination.location(values, click_id)
        if decision.url:
            return with_click(decision.url, self._click_ids.seal(event_id))
        return decision.organization.safe_url

    def _value(self, macro: str, parameters: dict[str, str], click_id: str, visitor_id: int, now_s: float) -> str:
        if names := PARAMETER_MACROS.get(macro):
            for name in names:
                if name in parameters:
                    return parameters[name]
            return ""
        if macro == "click_id":
            return click_id
        if macro == "visitor_id":
            return self._visitor_ids.seal(visitor_id)
        if macro == "timestamp":
            return str(int(now_s))
        return parameters.get(macro.removeprefix("param."), "")


def cookie_header(answer: Answer) -> str:
    """The value of Set-Cookie."""
    secure = "; Secure" if answer.secure else ""
    return f"{VISITOR_COOKIE}={answer.cookie}; Path=/; Max-Age={COOKIE_MAX_AGE_S}; HttpOnly; SameSite=Lax{secure}"
