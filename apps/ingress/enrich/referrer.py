"""Where the click came from: whose site or app, what kind of place, and what was searched for there."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from apps.ingress.enrich.address import Address, address_of, domain_of, host_of, pairs_of, unquoted
from apps.ingress.enrich.referrers import Known, Referrers
from apps.ingress.enrich.spam import looks_like_spam
from apps.ingress.enrich.spelling import said
from apps.ingress.event import Event

VERSION = 1
REFERRERS_REMEMBERED = 50_000
REMEMBERED_CHARS = 300
TEXT_MAX_CHARS = 200
NOBODY: frozenset[str] = frozenset()
SPAM = Known("*", "spam", (), ())
# Searches for an address, and what engines put where the term was.
NO_TERMS = ("http://", "https://", "cache:")


class Referred(NamedTuple):
    referrer_domain: str
    referrer_name: str
    referrer_medium: str
    search_term: str
    referrer_version: int


class ReferrerTable:
    """The referrers together with what is whose: `domains` are those of each organization."""

    def __init__(self, referrers: Referrers, domains: Mapping[int, frozenset[str]], revision: int = 0) -> None:
        self.referrers = referrers
        self._domains = domains
        self.version = VERSION * 100_000 + revision
        self._nothing = Referred("", "", "", "", self.version)
        self.of = lru_cache(maxsize=REFERRERS_REMEMBERED)(self.look_up)

    def look_up(self, referrer: str, host: str, organization_id: int) -> Referred:
        address = address_of(referrer)
        if not address.host:
            return self._nothing
        domain = address.domain
        if domain == domain_of(host_of(host)) or self._is_own(address.host, organization_id):
            return Referred(domain[:TEXT_MAX_CHARS], "", "internal", "", self.version)
        pairs = pairs_of(address.query)
        known = self.referrers.find(address, {name for name, _ in pairs})
        if not known:
            known = self._app_of(address)
        if not known and looks_like_spam(domain):
            known = SPAM
        if not known:
            return Referred(domain[:TEXT_MAX_CHARS], "", "other", "", self.version)
        name = domain if known.name == "*" else known.name
        return Referred(domain[:TEXT_MAX_CHARS], name[:TEXT_MAX_CHARS], known.medium, _term(known, pairs), self.version)

    def _is_own(self, host: str, organization_id: int) -> bool:
        own = self._domains.get(organization_id, NOBODY)
        return bool(own) and any(host == domain or host.endswith(f".{domain}") for domain in own)

    def _app_of(self, address: Address) -> Known | None:
        """An app may say which page it showed: android-app://com.example/https/www.example.com."""
        _, scheme, rest = [*address.path.split("/", 2), "", ""][:3]
        return self.referrers.find(address_of(rest), ()) if scheme in ("http", "https") else None


def referrer(event: Event, table: ReferrerTable) -> Referred:
    """Source: the header Referer. `other` is a site nobody told us about; no referrer is no medium at all."""
    if not event.referrer:
        return table.of("", "", 0)
    remembered = len(event.referrer) <= REMEMBERED_CHARS
    return (table.of if remembered else table.look_up)(event.referrer, event.host, event.organization_id)


def _term(known: Known, pairs: Sequence[tuple[str, str]]) -> str:
    for wanted in known.terms:
        for name, value in pairs:
            if name == wanted and value:
                term = said(unquoted(value), known.charsets)
                if term and not term.startswith(NO_TERMS):
                    return term
    return ""
