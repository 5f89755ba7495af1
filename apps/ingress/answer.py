"""The redirect's core: capture, route, keep, answer. Plain functions from a request's parts to an answer and its spool line.

Nothing here asks PostgreSQL, ClickHouse or Redis. Whatever goes wrong in a step, the click is kept with that field empty.
"""

import time
from typing import NamedTuple

import structlog

from apps.ingress.capture import VISITOR_COOKIE, Capture, Captured, Request, first_values, parameters_of
from apps.ingress.destination import PARAMETER_MACROS, with_click
from apps.ingress.enrich.snapshot import Tables, builtin_tables
from apps.ingress.event import Reason
from apps.ingress.line import ByCampaign, Decided, encode
from apps.ingress.plans.caps import NO_CAPS, Caps
from apps.ingress.plans.decide import Routed, count, decided
from apps.ingress.plans.macros import values_of
from apps.ingress.plans.parameters import appended
from apps.ingress.plans.plan import Plan
from apps.ingress.plans.sight import Sight, seen
from apps.ingress.routing import NOBODY, Decision, RouteTable, decide, settled
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
    Reason.OUT_OF_DATES: 410,
    Reason.FULL: 404,
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
    """Everything a process needs to answer tracked links. One for each process; safe from several threads but for `ids`.

    `tables` are those of enrichment, as built in until others are put there.
    """

    def __init__(
        self,
        *,
        table: RouteTable,
        capture: Capture,
        ids: Snowflakes,
        click_ids: SealedIds,
        visitor_ids: SealedIds,
        tables: Tables | None = None,
        caps: Caps = NO_CAPS,
    ) -> None:
        self.table = table
        self._tables = tables or builtin_tables()
        self._caps = caps
        self._capture = capture
        self._ids = ids
        self._click_ids = click_ids
        self._visitor_ids = visitor_ids

    def put_tables(self, tables: Tables) -> None:
        """What comes from now on is looked up in these."""
        self._tables = tables

    def answer(self, request: Request, now_s: float | None = None) -> Answer:
        """`now_s` is the present moment, unless somebody tries what another one would bring."""
        now_s = time.time() if now_s is None else now_s
        now_ms = int(now_s * 1000)
        captured = self._capture.read(request)
        event_id = self._ids.next(now_ms)
        visitor_id, cookie = self._visitor(captured.cookie, event_id, now_ms)
        key = captured.path[4:].removesuffix("?")
        decision, location = self._route(captured, key, event_id, visitor_id, now_s)
        organization, reason, link, _, _, plan, routed = decision
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
            _by(link.campaign_id, plan, routed) if link and link.campaign_id else None,
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
            if decision.plan or (decision.destination and decision.destination.columns):
                return self._route_by_sight(decision, captured, parameters, key, event_id, visitor_id, now_s)
            location = self._location(decision, parameters, event_id, visitor_id, now_s)
            if len(location) > LOCATION_MAX_CHARS:
                return _too_long(decision)
            return decision, location
        except Exception:
            log.exception("a click could not be routed", path=captured.path)
            return Decision(NOBODY, Reason.FAULT), ""

    def _route_by_sight(
        self,
        decision: Decision,
        captured: Captured,
        parameters: dict[str, str],
        key: str,
        event_id: int,
        visitor_id: int,
        now_s: float,
    ) -> tuple[Decision, str]:
        """Of a campaign's link, and where the destination shows what is known of the visitor."""
        now_ms = int(now_s * 1000)
        event = seen(
            captured,
            parameters,
            organization_id=decision.organization.id,
            event_id=event_id,
            now_ms=now_ms,
            visitor_id=visitor_id,
            link_id=decision.link.link_id if decision.link else 0,
            link_key=key,
        )
        sight = Sight(event, self._tables)
        plan, routed = decision.plan, None
        if plan:
            routed = decided(plan, sight, now_ms, self._caps)
            decision = settled(decision, routed)
        location = self._location(decision, parameters, event_id, visitor_id, now_s, sight)
        if len(location) > LOCATION_MAX_CHARS:
            return _too_long(decision)
        if plan and routed and routed.destination:
            if plan.policy.forwards():
                pairs = plan.policy.forwarded(parameters_of(captured.query), routed.destination.named)
                location = appended(location, pairs, LOCATION_MAX_CHARS)
            count(plan, routed, sight, now_ms, self._caps)
        return decision, location

    def _location(
        self,
        decision: Decision,
        parameters: dict[str, str],
        event_id: int,
        visitor_id: int,
        now_s: float,
        sight: Sight | None = None,
    ) -> str:
        destination = decision.destination
        if destination:
            click_id = self._click_ids.seal(event_id)
            values = [self._value(macro, parameters, click_id, visitor_id, now_s) for macro in destination.macros]
            if sight and (destination.columns or "" in values):
                values = values_of(destination.macros, values, decision.plan, sight)
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


def _by(campaign_id: int, plan: Plan | None, routed: Routed | None) -> ByCampaign:
    version = plan.version if plan else 0
    if not routed:
        return ByCampaign(campaign_id, version, 0, 0, 0.0, ())
    return ByCampaign(campaign_id, version, routed.rule_id, routed.destination_id, routed.propensity, routed.capped)


def _too_long(decision: Decision) -> tuple[Decision, str]:
    """Nobody was sent to what was chosen."""
    routed = decision.routed
    nowhere = routed._replace(destination=None, propensity=0.0) if routed else None
    return decision._replace(reason=Reason.TOO_LONG, routed=nowhere), decision.organization.safe_url


def cookie_header(answer: Answer) -> str:
    """The value of Set-Cookie."""
    secure = "; Secure" if answer.secure else ""
    return f"{VISITOR_COOKIE}={answer.cookie}; Path=/; Max-Age={COOKIE_MAX_AGE_S}; HttpOnly; SameSite=Lax{secure}"
