"""An identity provider in memory: keys of each kind, the tokens they sign, and a clock to match."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from server.gateway.auth.settings import JwtSettings

ISSUER, AUDIENCE = "https://id.example.com", "shortlist"
NOW_S = 1_700_000_000


@cache
def private_key(kind: str, name: str = "k1") -> Any:
    """Return the key of a name; RSA ones are slow to make, so each is made once."""
    if kind == "RSA":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if kind == "weak RSA":
        return rsa.generate_private_key(public_exponent=65537, key_size=1024)
    if kind == "OKP":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP384R1() if kind == "P-384" else ec.SECP256R1())


def algorithm_of(kind: str) -> str:
    """Return what keys of a kind sign with here."""
    return {"RSA": "RS256", "weak RSA": "RS256", "OKP": "EdDSA", "P-384": "ES384"}.get(
        kind, "ES256"
    )


def jwk(kind: str = "EC", name: str = "k1", **fields: Any) -> dict[str, Any]:
    """Return the public half of a key as it is published."""
    algorithm = get_default_algorithms()[algorithm_of(kind)]
    public = json.loads(algorithm.to_jwk(private_key(kind, name).public_key()))
    return public | {"kid": name} | fields


def key_set(*keys: dict[str, Any]) -> bytes:
    """Return a published key set."""
    return json.dumps({"keys": list(keys)}).encode()


def token(kind: str = "EC", name: str = "k1", header: Any = None, **claims: Any) -> str:
    """Return a good token of ann; claims and header fields that are given replace its own, and
    those that are None are left out."""
    full = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "exp": NOW_S + 600} | claims
    full = {key: value for key, value in full.items() if value is not None}
    head = {"kid": name} | (header or {})
    head = {key: value for key, value in head.items() if value is not None}
    return jwt.encode(full, private_key(kind, name), algorithm_of(kind), headers=head)


def jwt_settings(**fields: Any) -> JwtSettings:
    """Return settings that trust this issuer."""
    return JwtSettings(**{"keys": "keys.json", "issuer": ISSUER, "audience": [AUDIENCE]} | fields)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now_s: float = NOW_S) -> None:
        self.now_s = now_s

    def now_ms(self) -> int:
        return round(self.now_s * 1000)


class Source:
    """Implements `KeySetSource`: what is published is `raw`, or the error `problem`."""

    refresh_s = 0.01

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.problem: Exception | None = None
        self.count = 0

    async def read(self) -> bytes:
        self.count += 1
        if self.problem is not None:
            raise self.problem
        return self.raw
