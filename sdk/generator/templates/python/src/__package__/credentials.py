"""Who calls: nobody, an API key, or tokens from a provider."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from .clock import Clock, SystemClock

SKEW_S = 30.0


class Credentials(Protocol):
    """Gives the headers that say who calls."""

    async def headers(self, *, refresh: bool) -> Mapping[str, str]:
        """Return headers; with `refresh`, not those that were just refused."""
        ...


class NoCredentials:
    """Calls as nobody."""

    async def headers(self, *, refresh: bool) -> Mapping[str, str]:
        """Return no headers."""
        return {}


@dataclass(frozen=True)
class ApiKey:
    """Calls with an API key."""

    key: str

    async def headers(self, *, refresh: bool) -> Mapping[str, str]:
        """Return the key's header."""
        return {"x-api-key": self.key}

    def __repr__(self) -> str:
        return "ApiKey(...)"


@dataclass(frozen=True)
class Token:
    """A token, and in how many seconds it expires; None: not known, kept until it is refused."""

    value: str
    expires_in_s: float | None = None

    def __repr__(self) -> str:
        return f"Token(..., expires_in_s={self.expires_in_s})"


class TokenProvider(Protocol):
    """Fetches tokens from wherever they are issued."""

    async def get(self, force_refresh: bool) -> Token:
        """Return a token; with `force_refresh`, a new one: the last was refused."""
        ...


class TokenCredentials:
    """Calls with tokens of a provider.

    A token is kept until 30 s before it expires. Concurrent calls share one fetch.
    """

    def __init__(self, provider: TokenProvider, *, clock: Clock | None = None) -> None:
        self._provider = provider
        self._clock = clock or SystemClock()
        self._token: Token | None = None
        self._expires_at: float | None = None
        self._fetching: asyncio.Task[Token] | None = None

    async def headers(self, *, refresh: bool) -> Mapping[str, str]:
        """Return the token's header, fetching one where needed."""
        token = self._token
        if token is None or refresh or self._is_expired():
            token = await self._shared_fetch(refresh)
        return {"authorization": f"Bearer {token.value}"}

    def _is_expired(self) -> bool:
        return self._expires_at is not None and self._clock.monotonic() >= self._expires_at

    async def _shared_fetch(self, refresh: bool) -> Token:
        if self._fetching is None:
            self._fetching = asyncio.ensure_future(self._fetch(refresh))
            self._fetching.add_done_callback(self._forget)
        # Shielded: one caller that is cancelled must not cancel the fetch of the others.
        return await asyncio.shield(self._fetching)

    async def _fetch(self, refresh: bool) -> Token:
        started = self._clock.monotonic()
        token = await self._provider.get(refresh)
        expires_in_s = token.expires_in_s
        self._expires_at = None if expires_in_s is None else started + expires_in_s - SKEW_S
        self._token = token
        return token

    def _forget(self, fetch: asyncio.Task[Token]) -> None:
        self._fetching = None
        if not fetch.cancelled():
            # Read here too: with every caller cancelled nobody else would.
            fetch.exception()
