"""Service keys (`wdn_sk_…`): Warden is asked whom one belongs to, and what it says is believed for a short while."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from apps.accounts.warden.asking import RETRY_AFTER_S, WardenUnavailable, ask
from apps.accounts.warden.models import WardenIssuer
from apps.accounts.warden.tokens import BadToken

PREFIX = "wdn_sk_"
SHAPE = re.compile(r"wdn_sk_[A-Za-z0-9_-]{16,200}")
BELIEVED_S = 30
REFUSED_S = 10


def claims_of(key: str, now_s: float) -> tuple[WardenIssuer, Mapping[str, Any]]:
    """Whose key it is and what Warden says of it. Errors: BadToken, WardenUnavailable."""
    issuer = _issuer_of(key)
    try:
        said = _said(issuer, key)
    except RedisError as error:
        raise WardenUnavailable("Redis, where answers are kept, does not answer") from error
    expires_s = said.get("exp", now_s + 1)
    if said.get("active") is not True or not isinstance(expires_s, int | float) or expires_s <= now_s:
        raise BadToken("the service key is not active")
    return issuer, said


def _issuer_of(key: str) -> WardenIssuer:
    """By how the key begins: a key is shown to its own issuer, and to no other, not even while its own is switched off."""
    if not SHAPE.fullmatch(key):
        raise BadToken("not a service key")
    issuers = WardenIssuer.objects.exclude(service_key_prefix="")
    fitting = [issuer for issuer in issuers if key.startswith(issuer.service_key_prefix)]
    issuer = max(fitting, key=lambda issuer: len(issuer.service_key_prefix), default=None)
    if issuer is None or not issuer.is_active:
        raise BadToken("nobody knows service keys that begin so")
    return issuer


def _said(issuer: WardenIssuer, key: str) -> dict[str, Any]:
    """From the cache, under a digest of the key that only we can make; else from Warden."""
    kept_at = f"warden:service-key:{issuer.pk}:{salted_hmac('warden service key', key, algorithm='sha256').hexdigest()}"
    down = f"warden:down:{issuer.pk}"
    said: dict[str, Any] | None = cache.get(kept_at)
    if said is not None:
        return said
    if cache.get(down):
        raise WardenUnavailable(f"{issuer.key} did not answer a moment ago")
    try:
        said = ask(issuer.introspection_url, {"token": key}, credentials=_credentials(issuer))
    except WardenUnavailable:
        # Else every request would wait for the time-out, until no process is left that answers.
        cache.set(down, 1, RETRY_AFTER_S)
        raise
    cache.set(kept_at, said, BELIEVED_S if said.get("active") is True else REFUSED_S)
    return said


def _credentials(issuer: WardenIssuer) -> tuple[str, str] | None:
    return (issuer.client_id, issuer.client_secret) if issuer.client_id else None
