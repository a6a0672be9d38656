"""Tells who calls by API key or token, or lets everyone in."""

from __future__ import annotations

from server.core.errors import CredentialsInvalidError, CredentialsMissingError
from server.gateway.auth.api_keys import ApiKeys
from server.gateway.auth.caller import ANONYMOUS, Caller, Credentials
from server.gateway.auth.jwt_tokens import JwtTokens


class AnonymousCallers:
    """Implements `Callers` by not asking: everyone has all scopes, and credentials are not read."""

    lets_anyone_in = True

    def recognise(self, credentials: Credentials) -> Caller | None:
        """See Callers."""
        return ANONYMOUS

    async def authenticate(self, credentials: Credentials) -> Caller:
        """See Callers."""
        return ANONYMOUS

    def require_current(self, caller: Caller) -> None:
        """See Callers."""


class CredentialCallers:
    """Implements `Callers` by API keys and, if there is an identity provider, by its tokens."""

    lets_anyone_in = False

    def __init__(self, keys: ApiKeys, tokens: JwtTokens | None = None) -> None:
        self._keys = keys
        self._tokens = tokens

    def recognise(self, credentials: Credentials) -> Caller | None:
        """See Callers."""
        if credentials.is_repeated or (credentials.api_key and credentials.authorization):
            raise CredentialsInvalidError("send one credential: x-api-key or authorization")
        if credentials.api_key:
            return self._keys.find(credentials.api_key)
        token = _token(credentials)
        return self._bearers().recognise(token)

    async def authenticate(self, credentials: Credentials) -> Caller:
        """See Callers."""
        return await self._bearers().authenticate(_token(credentials))

    def require_current(self, caller: Caller) -> None:
        """See Callers."""
        if caller.key_id:
            self._keys.require_current(caller)
        else:
            self._bearers().require_current(caller)

    def _bearers(self) -> JwtTokens:
        if self._tokens is None:
            raise CredentialsInvalidError("bearer tokens are not accepted here")
        return self._tokens


def _token(credentials: Credentials) -> str:
    if not credentials.authorization:
        raise CredentialsMissingError("send an API key (x-api-key) or a token (authorization)")
    scheme, _, token = credentials.authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise CredentialsInvalidError("authorization must be `Bearer <token>`")
    return token.strip()
