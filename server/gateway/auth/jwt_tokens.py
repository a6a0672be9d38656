"""JSON Web Tokens of an identity provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import jwt
from jwt.exceptions import PyJWTError
from jwt.types import Options

from server.core.clock import Clock
from server.core.errors import CredentialsExpiredError, CredentialsInvalidError
from server.gateway.auth.caller import Caller
from server.gateway.auth.claims import caller_of
from server.gateway.auth.key_set import NO_ID, KeySet
from server.gateway.auth.settings import JwtSettings
from server.gateway.auth.token_cache import TokenCache

# Times are compared with the server's clock, in `claims`.
_OPTIONS: Final[Options] = {
    "require": ["exp"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "enforce_minimum_key_length": True,
}


class JwtTokens:
    """Tells whose a token is.

    Source: RFC 7519; RFC 8725 for what to refuse.
    """

    def __init__(self, settings: JwtSettings, keys: KeySet, clock: Clock) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock
        self._algorithms = frozenset(settings.algorithms)
        self._cache = TokenCache(settings.cached_tokens)
        self._cached_version = keys.version

    def recognise(self, token: str) -> Caller | None:
        """Return the bearer of a token that was seen before, or can be verified at once.

        Raises:
            CredentialsInvalidError, CredentialsExpiredError.
        """
        if self._keys.version != self._cached_version:
            self._cache.clear()
            self._cached_version = self._keys.version
        caller = self._cache.get(token)
        if caller is not None:
            self.require_current(caller)
            return caller
        key = self._keys.find(*self._key_of(token))
        return None if key is None else self._verify(token, key)

    async def authenticate(self, token: str) -> Caller:
        """Return the bearer of a token, whose key is looked for if it is unknown.

        Raises:
            CredentialsInvalidError, CredentialsExpiredError, UnavailableError.
        """
        key = await self._keys.find_anew(*self._key_of(token))
        if key is None:
            raise CredentialsInvalidError("the token is signed by an unknown key")
        return self._verify(token, key)

    def require_current(self, caller: Caller) -> None:
        """Check that a bearer's token has not expired meanwhile.

        Raises:
            CredentialsExpiredError.
        """
        if caller.expire_ms is not None and self._clock.now_ms() >= caller.expire_ms:
            raise CredentialsExpiredError("the token has expired")

    def _key_of(self, token: str) -> tuple[str, str]:
        """Return the id and algorithm of the key that a token claims to be signed by."""
        try:
            header = jwt.get_unverified_header(token)
        except PyJWTError as error:
            raise CredentialsInvalidError("the token is malformed") from error
        algorithm = header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in self._algorithms:
            raise CredentialsInvalidError("the token's algorithm is not accepted here")
        return header.get("kid", NO_ID), algorithm

    def _verify(self, token: str, key: jwt.PyJWK) -> Caller:
        caller = caller_of(self._claims(token, key), self._settings, self._clock.now_ms())
        self._cache.put(token, caller)
        return caller

    def _claims(self, token: str, key: jwt.PyJWK) -> Mapping[str, Any]:
        settings = self._settings
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=settings.audience,
                issuer=settings.issuer,
                options=_OPTIONS,
            )
        except PyJWTError as error:
            raise CredentialsInvalidError(f"the token is not valid here: {error}") from error
