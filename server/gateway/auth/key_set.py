"""The keys of an identity provider: read, kept, and read again when they change."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import orjson
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from server.core.errors import UnavailableError
from server.gateway.auth.ports import KeySetSource

log = logging.getLogger(__name__)

# By key id and algorithm: what a token's header names only selects among what is trusted anyway.
VerifyingKeys: TypeAlias = Mapping[tuple[str, str], PyJWK]

_ALGORITHMS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("RSA", ""): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
# Of tokens and keys that have none.
NO_ID: Final = ""


class UnreadableKeySetError(ValueError):
    """This is no JSON Web Key Set."""


def verifying_keys(raw: bytes, algorithms: frozenset[str]) -> VerifyingKeys:
    """Return the usable keys of a JSON Web Key Set; others, secret ones among them, are left out.

    Source: RFC 7517, RFC 7518, RFC 8037.

    Raises:
        UnreadableKeySetError.
    """
    try:
        entries = orjson.loads(raw)["keys"]
        found = dict(_keys(entries, algorithms))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableKeySetError(f"no JSON Web Key Set ({error})") from error
    # A token without a key id can mean the only key there is.
    for algorithm in algorithms:
        of_algorithm = [key for (_, name), key in found.items() if name == algorithm]
        if len(of_algorithm) == 1:
            found[NO_ID, algorithm] = of_algorithm[0]
        else:
            found.pop((NO_ID, algorithm), None)
    return found


def _keys(
    entries: list[dict[str, Any]], algorithms: frozenset[str]
) -> Iterator[tuple[tuple[str, str], PyJWK]]:
    for entry in entries:
        kind = (str(entry.get("kty")), str(entry.get("crv", "")))
        if entry.get("use", "sig") != "sig" or "verify" not in entry.get("key_ops", ("verify",)):
            continue
        for algorithm in _ALGORITHMS.get(kind, ()):
            if algorithm not in algorithms or entry.get("alg", algorithm) != algorithm:
                continue
            try:
                yield (str(entry.get("kid", NO_ID)), algorithm), PyJWK(entry, algorithm)
            except PyJWTError as error:
                log.warning("a key of the key set cannot be used", extra={"reason": str(error)})


class KeySet:
    """The current keys; an unknown one makes it look again, though not too often."""

    def __init__(
        self,
        source: KeySetSource,
        algorithms: frozenset[str],
        *,
        floor_s: float,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`floor_s`: unknown keys make it look again no more often than this."""
        self._source = source
        self._algorithms = algorithms
        self._floor_s = floor_s
        self._now_s = now_s
        self._keys: VerifyingKeys = {}
        self._raw = b""
        self._looked_s: float | None = None
        self._looking: asyncio.Task[None] | None = None
        self._problem: str | None = "it has not been read yet"
        self.version = 0

    def find(self, key_id: str, algorithm: str) -> PyJWK | None:
        """Return a key that is known now."""
        return self._keys.get((key_id, algorithm))

    async def find_anew(self, key_id: str, algorithm: str) -> PyJWK | None:
        """Return a key, after looking for new ones if it is unknown.

        Raises:
            UnavailableError: it is unknown, and the keys could not be read again.
        """
        if self._looked_s is None or self._now_s() - self._looked_s >= self._floor_s:
            await self._look_once()
        elif self._looking is not None:
            await asyncio.shield(self._looking)
        found = self.find(key_id, algorithm)
        if found is None and self._problem is not None:
            raise UnavailableError("the keys that verify tokens cannot be read now; try again")
        return found

    async def load(self) -> None:
        """Read the keys.

        Raises:
            UnavailableError, UnreadableKeySetError: the keys stay as they were.
        """
        self._looked_s = self._now_s()
        try:
            raw = await self._source.read()
            if raw != self._raw:
                self._keys = verifying_keys(raw, self._algorithms)
                self._raw = raw
                self.version += 1
                if self.version > 1:
                    log.info("token keys have changed", extra={"keys": len(self._keys)})
        except (UnavailableError, UnreadableKeySetError) as error:
            self._problem = str(error)
            raise
        self._problem = None

    async def keep_fresh(self) -> None:
        """Read the keys again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._source.refresh_s)
            await self._look_once()

    async def _look_once(self) -> None:
        """Look, together with everyone who wants that at this moment."""
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="token-keys")
        await asyncio.shield(self._looking)

    async def _look(self) -> None:
        try:
            await self.load()
        except (UnavailableError, UnreadableKeySetError) as error:
            # The known ones stay in force: an issuer that is away for a while locks nobody out.
            log.warning("token keys cannot be read", extra={"reason": str(error)})
        finally:
            self._looking = None
