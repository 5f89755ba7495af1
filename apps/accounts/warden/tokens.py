"""A token read and checked, pure: values in, claims out. Nothing of a token decides by which key or rule it is checked."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
import orjson
from jwt.utils import base64url_decode

from apps.accounts.warden.models import Family

TOKEN_MAX_CHARS = 8_192
HEADER_MAX_CHARS = 2_048
HEADER_MAX_BRACKETS = 20  # PyJWT reads it with json, which goes as deep as it is led
TEXT_MAX_CHARS = 500
KEY_ID_MAX_CHARS = 200
RSA_MIN_BITS = 2_048
ALGORITHMS = {Family.SECRET: frozenset({"HS256"}), Family.JWKS: frozenset({"RS256", "ES256", "EdDSA"})}
# What a published key has to be for an algorithm: its type and its curves.
KEY_TYPES = {"RS256": ("RSA", (None,)), "ES256": ("EC", ("P-256",)), "EdDSA": ("OKP", ("Ed25519",))}


class BadToken(Exception):
    """Refused. Whoever sent it is not told why; the message is for tests and the log."""


@dataclass(frozen=True)
class Unproven:
    """What a token says of itself, before anything of it is believed: good for finding the issuer and its key, no more."""

    issuer: str
    algorithm: str
    key_id: str


def looks_like_one(text: str) -> bool:
    return text.count(".") == 2


def unproven(token: str) -> Unproven:
    """Errors: BadToken."""
    if not (len(token) <= TOKEN_MAX_CHARS and token.isascii() and looks_like_one(token)):
        raise BadToken("not a token, or a huge one")
    head, body, signature = token.split(".")
    if len(head) > HEADER_MAX_CHARS or not signature:
        raise BadToken("a huge header, or no signature")
    described = _decoded(head)
    if described.count(b"[") + described.count(b"{") > HEADER_MAX_BRACKETS:
        raise BadToken("a header that is nested")
    header, claims = _loaded(described), _loaded(_decoded(body))
    if "crit" in header or "b64" in header:
        raise BadToken("asks for what we do not know")
    # Other ways to name a key (jku, jwk, x5u, x5c) lead where whoever forged it likes: they are never looked at.
    key_id = header.get("kid")
    return Unproven(
        text(claims.get("iss")),
        text(header.get("alg"), 16),
        "" if key_id is None else text(key_id, KEY_ID_MAX_CHARS),
    )


def key_of(published: Mapping[str, Any], algorithm: str) -> jwt.PyJWK:
    """The key, when it is one for this algorithm. Errors: BadToken."""
    kind, curves = KEY_TYPES[algorithm]
    fits = published.get("kty") == kind and published.get("crv") in curves
    if not fits or published.get("use", "sig") != "sig" or published.get("alg", algorithm) != algorithm:
        raise BadToken("the key is not for this algorithm")
    try:
        key = jwt.PyJWK(dict(published), algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise BadToken("the published key is none") from error
    if kind == "RSA" and key.key.key_size < RSA_MIN_BITS:
        raise BadToken("the published key is too short")
    return key


def claims_of(token: str, key: jwt.PyJWK | str, algorithm: str) -> dict[str, Any]:
    """What the signature proves, times and audience not yet looked at. Errors: BadToken."""
    try:
        signed = jwt.PyJWS().decode_complete(token, key, algorithms=[algorithm])
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise BadToken("the signature does not fit") from error
    return _loaded(signed["payload"])


def check(claims: Mapping[str, Any], *, issuer: str, audience: str, leeway_s: int, now: datetime) -> None:
    """It is of this issuer, for us, and for now. Errors: BadToken."""
    if claims.get("iss") != issuer:
        raise BadToken("another issuer")
    named = claims.get("aud")
    if audience not in (named if isinstance(named, list) else [named]):
        raise BadToken("another audience")
    moment = now.timestamp()
    if moment >= _moment(claims.get("exp")) + leeway_s:
        raise BadToken("expired")
    if any(name in claims and _moment(claims[name]) > moment + leeway_s for name in ("nbf", "iat")):
        raise BadToken("not yet valid")


def text(value: object, max_chars: int = TEXT_MAX_CHARS) -> str:
    """A claim that is a text: not empty, not long, and nothing in it that no database takes. Errors: BadToken."""
    if not isinstance(value, str) or not 0 < len(value) <= max_chars or not value.isprintable():
        raise BadToken("a claim is not what it has to be")
    return value


def _moment(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadToken("a time is none")
    return value


def _decoded(part: str) -> bytes:
    try:
        return base64url_decode(part)
    except ValueError as error:
        raise BadToken("not base64") from error


def _loaded(data: bytes) -> dict[str, Any]:
    # orjson refuses half a surrogate, NaN, and what is nested without end; json would not.
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadToken("not JSON") from error
    if not isinstance(said, dict):
        raise BadToken("not an object")
    return said
