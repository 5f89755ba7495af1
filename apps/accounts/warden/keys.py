"""The key that proves a token: the shared secret, or one its issuer publishes. Published keys are asked for seldom.

What was fetched, and when, stands in Redis, so that all processes together ask once in a cool-down, whatever strangers send.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import jwt
import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from apps.accounts.warden.asking import WardenUnavailable, ask
from apps.accounts.warden.models import Family, WardenIssuer
from apps.accounts.warden.tokens import ALGORITHMS, BadToken, Unproven, key_of

COOL_DOWN_S = 60
FRESH_S = 300  # a key that is taken back is believed no longer than this
KEPT_S = 3_600  # ... or, while Warden does not answer, than this
KEYS_MAX = 50
log = structlog.get_logger(__name__)


class Published(NamedTuple):
    keys: list[dict[str, Any]]
    fetched_s: float


def proving_key(issuer: WardenIssuer, said: Unproven, now: datetime) -> jwt.PyJWK | str:
    """Of the issuer's own family; the token only says which of its keys. Errors: BadToken, WardenUnavailable."""
    if said.algorithm not in ALGORITHMS[Family(issuer.family)]:
        raise BadToken("signed in a way this issuer does not sign")
    if issuer.family == Family.SECRET:
        if not issuer.locked_secret:
            raise BadToken("there is no secret")
        return issuer.secret
    try:
        return key_of(_published(issuer, said.key_id, now), said.algorithm)
    except RedisError as error:
        raise WardenUnavailable("Redis, where published keys are kept, does not answer") from error


def kept_at(issuer: WardenIssuer) -> str:
    """Where the cache has them. Another address begins anew."""
    return f"warden:keys:{issuer.pk}:{sha256(issuer.jwks_url.encode()).hexdigest()[:16]}"


def cool_down_of(issuer: WardenIssuer) -> str:
    return f"warden:asked:{issuer.pk}"


def _published(issuer: WardenIssuer, key_id: str, now: datetime) -> dict[str, Any]:
    known = _known(issuer)
    found = _named(known, key_id)
    is_fresh = known is not None and now.timestamp() - known.fetched_s < FRESH_S
    # `add` is the claim: of all processes one gets it, and none again until the cool-down is over, whatever comes of it.
    if not (found and is_fresh) and cache.add(cool_down_of(issuer), 1, COOL_DOWN_S):
        known = _fetched(issuer, now) or known
        found = _named(known, key_id)
    if known is None:
        raise WardenUnavailable(f"The keys of {issuer.key} are not known yet")
    if found is None:
        raise BadToken("no such key is published")
    return found


def _known(issuer: WardenIssuer) -> Published | None:
    kept = cache.get(kept_at(issuer))
    return Published(*kept) if kept else None


def _fetched(issuer: WardenIssuer, now: datetime) -> Published | None:
    try:
        listed = ask(issuer.jwks_url).get("keys")
    except WardenUnavailable as error:
        log.warning("warden_keys_unavailable", issuer=issuer.key, why=str(error))
        return None
    keys = [key for key in listed if isinstance(key, dict)][:KEYS_MAX] if isinstance(listed, list) else []
    published = Published(keys, now.timestamp())
    cache.set(kept_at(issuer), tuple(published), KEPT_S)
    return published


def _named(known: Published | None, key_id: str) -> dict[str, Any] | None:
    """A token that names no key gets one only where there is no choice."""
    keys = known.keys if known else []
    if not key_id:
        return keys[0] if len(keys) == 1 else None
    return next((key for key in keys if key.get("kid") == key_id), None)
