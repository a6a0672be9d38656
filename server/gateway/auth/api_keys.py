"""API keys: `slk_<id>_<secret>`; only a hash is kept, from which the key cannot be found.

The secret has 256 random bits, so a plain SHA-256 is enough: there is nothing to guess, and what a
slow password hash protects against does not exist.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from server.core.clock import Clock
from server.core.errors import CredentialsExpiredError, CredentialsInvalidError
from server.gateway.auth.caller import Caller
from server.gateway.auth.scope import Scope

PREFIX: Final = "slk_"
_ID_BYTES: Final = 5
_SECRET_BYTES: Final = 32
_KEY: Final = re.compile(r"slk_([a-z2-7]{8})_[a-z2-7]{52}")
_INVALID: Final = "the API key is not valid here"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is kept of a key.

    Attributes:
        id: public; it names the key in lists and logs.
        digest: SHA-256 of the whole key.
        user_id, visitor_id: whom a key of client scope may act for; both empty: nobody.
        expire_ms, revoke_ms: None: not.
    """

    id: str
    digest: bytes
    scope: Scope
    create_ms: int
    name: str = ""
    user_id: str = ""
    visitor_id: str = ""
    expire_ms: int | None = None
    revoke_ms: int | None = None

    def caller(self) -> Caller:
        """Return who calls with this key."""
        return Caller(
            id=f"key:{self.id}",
            scope=self.scope,
            key_id=self.id,
            user_id=self.user_id,
            visitor_id=self.visitor_id,
            expire_ms=self.expire_ms,
            name=self.name,
        )


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key that was just made; `text` is the only copy of it."""

    text: str
    record: ApiKey


def make_api_key(
    *,
    scope: Scope,
    now_ms: int,
    name: str = "",
    user_id: str = "",
    visitor_id: str = "",
    expire_ms: int | None = None,
) -> NewApiKey:
    """Return a new random key."""
    key_id = _base32(secrets.token_bytes(_ID_BYTES))
    text = f"{PREFIX}{key_id}_{_base32(secrets.token_bytes(_SECRET_BYTES))}"
    record = ApiKey(
        id=key_id,
        digest=_digest(text),
        scope=scope,
        create_ms=now_ms,
        name=name,
        user_id=user_id,
        visitor_id=visitor_id,
        expire_ms=expire_ms,
    )
    return NewApiKey(text, record)


class ApiKeys:
    """The keys that are in force, by id."""

    def __init__(self, clock: Clock, keys: Iterable[ApiKey] = ()) -> None:
        self._clock = clock
        self._entries: dict[str, tuple[bytes, Caller]] = {}
        self.replace(keys)

    def __len__(self) -> int:
        return len(self._entries)

    def replace(self, keys: Iterable[ApiKey]) -> None:
        """Let these keys be in force from now on, except the revoked ones."""
        self._entries = {
            key.id: (key.digest, key.caller()) for key in keys if key.revoke_ms is None
        }

    def find(self, text: str) -> Caller:
        """Return who calls with a key.

        Raises:
            CredentialsInvalidError: malformed, unknown or revoked.
            CredentialsExpiredError.
        """
        found = _KEY.fullmatch(text)
        entry = self._entries.get(found[1]) if found is not None else None
        if entry is None:
            raise CredentialsInvalidError(_INVALID)
        digest, caller = entry
        if not hmac.compare_digest(digest, _digest(text)):
            raise CredentialsInvalidError(_INVALID)
        self._require_time(caller)
        return caller

    def require_current(self, caller: Caller) -> None:
        """Check that a caller's key is still in force.

        Raises:
            CredentialsInvalidError: revoked.
            CredentialsExpiredError.
        """
        if caller.key_id not in self._entries:
            raise CredentialsInvalidError(_INVALID)
        self._require_time(caller)

    def _require_time(self, caller: Caller) -> None:
        if caller.expire_ms is not None and self._clock.now_ms() >= caller.expire_ms:
            raise CredentialsExpiredError("the API key has expired")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()
