"""Tokens as somebody would forge them, each by a function of the Warden that signs true ones."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.accounts.warden.dev.issuing import AUDIENCE, SmallWarden
from tests.accounts.warden.conftest import DANA

OTHER_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
NOW = int(time.time())
Forge = Callable[[SmallWarden], str]


def part(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def standing(warden: SmallWarden, **claims: Any) -> dict[str, Any]:
    return {**DANA.claims(), "iss": warden.issuer, "aud": AUDIENCE, "iat": NOW, "exp": NOW + 600, **claims}


def signed(warden: SmallWarden, payload: bytes, **header: Any) -> str:
    """By Warden's own key, whatever the payload is."""
    [(key_id, (algorithm, key))] = warden.keys.items()
    return jwt.PyJWS().encode(payload, key, algorithm=algorithm, headers={"kid": key_id, **header})


def of_claims(**claims: Any) -> Forge:
    return lambda warden: warden.token({**DANA.claims(), **claims})


def without(name: str) -> Forge:
    return lambda warden: signed(warden, orjson.dumps({k: v for k, v in standing(warden).items() if k != name}))


def public_key_as_secret(form: str) -> Forge:
    """The classic: whoever checks with "the key" takes a public key for a shared secret. PyJWT would not sign so."""

    def forged(warden: SmallWarden) -> str:
        [(key_id, (_, key))] = warden.keys.items()
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        secret = pem if form == "PEM" else json.dumps(warden.published()["keys"][0]).encode()
        message = f"{part({'alg': 'HS256', 'kid': key_id})}.{part(standing(warden))}"
        return f"{message}.{part(hmac.digest(secret, message.encode(), 'sha256'))}"

    return forged


def by_another_key(warden: SmallWarden, **header: Any) -> str:
    [key_id] = warden.keys
    return jwt.encode(standing(warden), OTHER_KEY, algorithm="RS256", headers={"kid": key_id, **header})


def unsigned(algorithm: str) -> Forge:
    return lambda warden: f"{part({'alg': algorithm, 'kid': next(iter(warden.keys))})}.{part(standing(warden))}."


def altered(warden: SmallWarden) -> str:
    head, _, signature = warden.token(DANA.claims()).split(".")
    return f"{head}.{part(standing(warden, org='other'))}.{signature}"


def cut(warden: SmallWarden) -> str:
    return warden.token(DANA.claims())[:-20]


FORGED: dict[str, Forge] = {
    "no token": lambda _: "..",
    "three words": lambda _: "a.b.c",
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "alg none with a signature": lambda w: unsigned("none")(w) + "c2ln",
    "no signature": lambda w: w.token(DANA.claims()).rpartition(".")[0] + ".",
    "a signature that was cut": cut,
    "changed claims": altered,
    "the public key as secret": public_key_as_secret("PEM"),
    "the published key as secret": public_key_as_secret("JWK"),
    "HS256 with a secret of somebody's": lambda w: jwt.PyJWS().encode(
        orjson.dumps(standing(w)), b"x" * 32, algorithm="HS256"
    ),
    "a longer algorithm of the family": lambda w: jwt.encode(
        standing(w), next(iter(w.keys.values()))[1], algorithm="RS512", headers={"kid": next(iter(w.keys))}
    ),
    "another's key": by_another_key,
    "another's key, inside the header": lambda w: by_another_key(
        w, jwk=json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OTHER_KEY.public_key()))
    ),
    "a key elsewhere (jku)": lambda w: by_another_key(w, jku=f"{w.issuer}/evil-keys"),
    "a certificate elsewhere (x5u)": lambda w: by_another_key(w, x5u=f"{w.issuer}/evil-keys"),
    "an unknown key": lambda w: by_another_key(w, kid="nobody's"),
    "a key id that is no text": lambda w: f"{part({'alg': 'RS256', 'kid': {'a': 1}})}.{part(standing(w))}.c2ln",
    "a critical extension": lambda w: signed(w, orjson.dumps(standing(w)), crit=["b64"], b64=True),
    "expired": of_claims(exp=NOW - 120),
    "without an end": without("exp"),
    "an end that is a text": of_claims(exp=str(NOW + 600)),
    "an end that is true": of_claims(exp=True),
    "an end beyond all numbers": lambda w: signed(w, json.dumps(standing(w)).replace(str(NOW + 600), "1e999").encode()),
    "not yet valid": of_claims(nbf=NOW + 600),
    "issued in the future": of_claims(iat=NOW + 600),
    "another audience": lambda w: w.token(DANA.claims(), audience="elsewhere"),
    "no audience": without("aud"),
    "an audience among objects": of_claims(aud=[{"trellis": 1}]),
    "another issuer": of_claims(iss="https://warden.example"),
    "an issuer with a slash behind": lambda w: w.token({**DANA.claims(), "iss": f"{w.issuer}/"}),
    "no issuer": without("iss"),
    "an issuer that is a list": lambda w: signed(w, orjson.dumps(standing(w, iss=[w.issuer]))),
    "an issuer with NUL": lambda w: signed(w, orjson.dumps(standing(w, iss=f"{w.issuer}\0"))),
    "nobody": without("sub"),
    "a person that is a number": lambda w: signed(w, orjson.dumps(standing(w, sub=7))),
    "a person with NUL": of_claims(sub="dana\0"),
    "half a surrogate": lambda w: signed(w, json.dumps(standing(w, sub="dana\ud800")).encode()),
    "no text at all": lambda w: signed(w, b"\xff\xfe"),
    "a list": lambda w: signed(w, b"[]"),
    "nested without end": lambda w: signed(w, b"[" * 4_000),
    "a header nested without end": lambda w: f"{part(b'[' * 1_500)}.{part(standing(w))}.c2ln",
    "an endless person": of_claims(sub="d" * 192),
    "an address that is none": of_claims(email="dana"),
    "an address that is a list": of_claims(email=["dana@warden.example"]),
    "an address with NUL": of_claims(email="dana\0@warden.example"),
    "a name that is an object": of_claims(name={"first": "Dana"}),
    "no organization": without("org"),
    "an organization that is not there": of_claims(org="nowhere"),
    "an organization of another issuer": of_claims(org="other"),
    "an organization by our number": of_claims(org=1),
    "an organization with NUL": of_claims(org="acme\0"),
    "organizations that are objects": of_claims(org=[{"acme": 1}]),
    "a program for two organizations": of_claims(org=["acme", "second"]),
    "nothing permitted": of_claims(permissions=[]),
    "nothing of ours permitted": of_claims(permissions=["root", "trellis:god"]),
    "permissions that are an object": of_claims(permissions={"trellis:admin": True}),
    "permissions that are numbers": of_claims(permissions=[1]),
}
