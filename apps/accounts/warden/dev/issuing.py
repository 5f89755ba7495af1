"""What the small Warden knows and signs: its keys, its people, its service keys, and who is on the way to sign in."""

import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "trellis"
CLIENT_ID = "trellis"
CLIENT_SECRET = "the small Warden of development"  # noqa: S105 - it guards nothing
LASTS_S = 3_600
WRITE_KEY: dict[str, Any] = {"RS256": RSAAlgorithm.to_jwk, "ES256": ECAlgorithm.to_jwk, "EdDSA": OKPAlgorithm.to_jwk}


@dataclass(frozen=True)
class Somebody:
    """A person who can sign in there, without a password: it is a toy."""

    subject: str
    email: str
    name: str
    organizations: tuple[str, ...]
    permissions: tuple[str, ...] = ("trellis:marketer",)

    def claims(self) -> dict[str, Any]:
        return {
            "sub": self.subject,
            "email": self.email,
            "name": self.name,
            "org": [*self.organizations] if len(self.organizations) != 1 else self.organizations[0],
            "permissions": [*self.permissions],
        }


@dataclass(frozen=True)
class Visit:
    """A person on the way back from the page of sign-in, with a code that is good once."""

    person: Somebody
    redirect_uri: str
    challenge: str
    nonce: str


@dataclass
class SmallWarden:
    """`issuer` is its own address. Keys are made at its start; `replace_key` is what a real one does each few months."""

    issuer: str
    people: list[Somebody] = field(default_factory=list)
    redirect_uris: set[str] = field(default_factory=set)
    service_keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, tuple[str, Any]] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    shown: dict[str, Somebody] = field(default_factory=dict)

    def add_key(self, algorithm: str = "RS256") -> str:
        """The id of a new key, published from now on."""
        key_id = secrets.token_hex(8)
        self.keys[key_id] = (algorithm, _private_key(algorithm))
        return key_id

    def replace_key(self, algorithm: str = "RS256") -> str:
        self.keys.clear()
        return self.add_key(algorithm)

    def published(self) -> dict[str, Any]:
        return {
            "keys": [
                {**json.loads(WRITE_KEY[algorithm](key.public_key())), "kid": key_id, "alg": algorithm, "use": "sig"}
                for key_id, (algorithm, key) in self.keys.items()
            ]
        }

    def token(self, claims: Mapping[str, Any], *, audience: str = AUDIENCE, key_id: str = "") -> str:
        """Signed with that key, else the oldest; `claims` go before what stands in every token."""
        key_id = key_id or next(iter(self.keys))
        algorithm, key = self.keys[key_id]
        now = int(time.time())
        standing = {"iss": self.issuer, "aud": audience, "iat": now, "exp": now + LASTS_S, "jti": secrets.token_hex(8)}
        return jwt.encode({**standing, **claims}, key, algorithm=algorithm, headers={"kid": key_id})

    def add_service_key(self, organization: str, permissions: tuple[str, ...] = ("analytics:read",)) -> str:
        key = f"wdn_sk_{secrets.token_urlsafe(24)}"
        self.service_keys[key] = {"sub": f"service-{len(self.service_keys) + 1}", "org": organization}
        self.service_keys[key]["permissions"] = [*permissions]
        return key

    def introspected(self, key: str) -> dict[str, Any]:
        """RFC 7662: of what it does not know it says only that it is not active."""
        return {"active": True, **self.service_keys[key]} if key in self.service_keys else {"active": False}

    def begin(self, visit: Visit) -> str:
        """The code that stands for it."""
        code = secrets.token_urlsafe(24)
        self.visits[code] = visit
        return code

    def exchanged(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any] | None:
        """The tokens for a code, once, and for whoever began (RFC 7636); None for anybody else."""
        visit = self.visits.pop(code, None)
        if visit is None or visit.redirect_uri != redirect_uri or challenge_of(verifier) != visit.challenge:
            return None
        shown = secrets.token_urlsafe(24)
        self.shown[shown] = visit.person
        nonce = {"nonce": visit.nonce} if visit.nonce else {}
        return {
            "access_token": shown,
            "token_type": "Bearer",
            "expires_in": LASTS_S,
            "id_token": self.token({**visit.person.claims(), **nonce}, audience=CLIENT_ID),
        }

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "introspection_endpoint": f"{self.issuer}/introspect",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": sorted({algorithm for algorithm, _ in self.keys.values()}),
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }


def challenge_of(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _private_key(algorithm: str) -> Any:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
