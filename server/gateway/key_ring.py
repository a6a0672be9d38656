"""The keys that sign tokens: the newest signs, the older ones still verify."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import itertools
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.message import DecodeError

from server.core.errors import ArtifactError
from server.gen.shortlist.internal.v1 import token_pb2
from server.storage.private_file import write_private_file

VERSION = 1
SIGNATURE_BYTES = 16
SECRET_BYTES = 32
_DAY_MS = 86_400_000


class UnreadableTokenError(Exception):
    """A token that this ring did not sign: malformed, foreign, of another kind or version."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One secret and when it began to sign."""

    id: str
    secret: bytes
    create_ms: int


class KeyRing:
    """Signs and verifies; equal payloads give equal tokens.

    Source: RFC 2104, with the truncation of its section 5; RFC 4648, section 5.
    """

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        """Take the keys, newest first; at least one."""
        self._keys = {key.id: key for key in keys}
        self._newest = keys[0]

    def sign(self, kind: str, payload: bytes) -> str:
        """Return the token of a payload."""
        return _encode(kind, payload, self._newest)

    def verify(self, kind: str, token: str) -> bytes:
        """Return the payload of a token.

        Raises:
            UnreadableTokenError: this ring did not sign exactly this token as this kind.
        """
        try:
            envelope = token_pb2.SignedToken.FromString(_from_base64(token))
        except (ValueError, binascii.Error, DecodeError) as error:
            raise UnreadableTokenError("malformed") from error
        key = self._keys.get(envelope.key_id)
        if envelope.version != VERSION or key is None:
            raise UnreadableTokenError("of another version or key")
        # Comparing the whole token leaves no second spelling of a valid one.
        expected = _encode(kind, envelope.payload, key)
        if not hmac.compare_digest(expected.encode(), token.encode()):
            raise UnreadableTokenError("signature does not match")
        return bytes(envelope.payload)


def _encode(kind: str, payload: bytes, key: SigningKey) -> str:
    signed = b"%b\0%d\0%b\0%b" % (kind.encode(), VERSION, key.id.encode(), payload)
    signature = hmac.digest(key.secret, signed, hashlib.sha256)[:SIGNATURE_BYTES]
    envelope = token_pb2.SignedToken(
        version=VERSION, key_id=key.id, payload=payload, signature=signature
    )
    return base64.urlsafe_b64encode(envelope.SerializeToString()).rstrip(b"=").decode()


def _from_base64(text: str) -> bytes:
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    return base64.b64decode(padded, altchars=b"-_", validate=True)


def open_key_ring(path: Path, *, now_ms: int, rotation_days: int, retention_days: int) -> KeyRing:
    """Read the key file, made with a first key if there is none, and rotate it where due.

    Raises:
        ArtifactError: the file cannot be read, or is not a key file.
    """
    try:
        keys = _read(path) if path.exists() else []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"{path}: not a readable token key file ({error}); restore it, or delete it: tokens "
            "that clients hold become invalid then"
        ) from error
    current = rotated(keys, now_ms, rotation_days=rotation_days, retention_days=retention_days)
    if current != keys:
        _write(path, current)
    return KeyRing(current)


def rotated(
    keys: Sequence[SigningKey], now_ms: int, *, rotation_days: int, retention_days: int
) -> list[SigningKey]:
    """Return the keys to use now, newest first: a new one if the newest is too old to sign, and
    none that stopped signing more than `retention_days` ago."""
    ordered = sorted(keys, key=lambda key: key.create_ms, reverse=True)
    if not ordered or now_ms - ordered[0].create_ms >= rotation_days * _DAY_MS:
        ordered.insert(
            0, SigningKey(secrets.token_hex(4), secrets.token_bytes(SECRET_BYTES), now_ms)
        )
    kept = ordered[:1]
    for newer, key in itertools.pairwise(ordered):
        if now_ms - newer.create_ms < retention_days * _DAY_MS:
            kept.append(key)
    return kept


def _read(path: Path) -> list[SigningKey]:
    entries = json.loads(path.read_text())["keys"]
    keys = [
        SigningKey(str(each["id"]), base64.b64decode(each["secret"]), int(each["create_ms"]))
        for each in entries
    ]
    if not keys or any(len(key.secret) < SECRET_BYTES for key in keys):
        raise ValueError("no keys, or keys that are too short")
    return keys


def _write(path: Path, keys: Sequence[SigningKey]) -> None:
    entries = [
        {"id": k.id, "secret": base64.b64encode(k.secret).decode(), "create_ms": k.create_ms}
        for k in keys
    ]
    try:
        # Durable: tokens signed with a key that a crash undoes could not be read any more.
        write_private_file(path, json.dumps({"keys": entries}, indent=1))
    except OSError as error:
        raise ArtifactError(f"{path}: token keys cannot be written ({error.strerror})") from error
