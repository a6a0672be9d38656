"""What the claims of a verified token say of its bearer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from server.core.errors import CredentialsExpiredError, CredentialsInvalidError
from server.gateway.auth.caller import Caller
from server.gateway.auth.scope import Scope
from server.gateway.auth.settings import JwtSettings

# The year 10000.
_END_OF_TIME_S: Final = 253_402_300_800


def caller_of(claims: Mapping[str, Any], settings: JwtSettings, now_ms: int) -> Caller:
    """Return the bearer of a token whose signature, issuer and audience are right.

    Source: RFC 7519, section 4.1; RFC 8693, section 4.2, for `scope`.

    Raises:
        CredentialsInvalidError: a claim is missing, malformed, or in the future.
        CredentialsExpiredError.
    """
    expire_ms = round((_seconds(claims, "exp") + settings.leeway_s) * 1000)
    if now_ms >= expire_ms:
        raise CredentialsExpiredError("the token has expired")
    if "nbf" in claims and now_ms < (_seconds(claims, "nbf") - settings.leeway_s) * 1000:
        raise CredentialsInvalidError("the token is not valid yet")
    scope = _scope(claims.get(settings.scope_claim, ""), settings)
    user_id = _text(claims, settings.user_claim)
    visitor_id = _text(claims, settings.visitor_claim)
    bearer = _text(claims, "sub") or user_id or (visitor_id and f"visitor:{visitor_id}")
    if not bearer and scope is not Scope.CLIENT:
        raise CredentialsInvalidError("the token does not say whose it is (sub)")
    return Caller(
        id=f"token:{bearer}",
        scope=scope,
        user_id=user_id,
        visitor_id=visitor_id,
        expire_ms=expire_ms,
    )


def _scope(claim: object, settings: JwtSettings) -> Scope:
    words = claim.split() if isinstance(claim, str) else claim
    if not isinstance(words, list):
        raise CredentialsInvalidError(f"the token's {settings.scope_claim} is no list of scopes")
    known = settings.scopes
    labels = {known[word] for word in words if isinstance(word, str) and word in known}
    if not labels and settings.default_scope != "none":
        labels = {settings.default_scope}
    if not labels:
        raise CredentialsInvalidError(f"the token's {settings.scope_claim} give no access here")
    return max(map(Scope.of_label, labels))


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # The range leaves out NaN, and what would be infinite in milliseconds.
    if value is None or not is_number or not -_END_OF_TIME_S < value < _END_OF_TIME_S:
        raise CredentialsInvalidError(f"the token's {name} is missing or no time")
    return float(value)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "") if name else ""
    if not isinstance(value, str):
        raise CredentialsInvalidError(f"the token's {name} is no text")
    return value
