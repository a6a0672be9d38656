"""Settings of who may call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Public-key signatures only: with HS* whoever can read the verifying key can sign, and `none` is
# no signature at all.
Algorithm: TypeAlias = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]
ScopeLabel: TypeAlias = Literal["client", "partner", "admin"]

_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RateSettings(_Section):
    """`burst` calls at once, then `per_s` a second; `per_s` 0: no limit."""

    per_s: float = Field(ge=0)
    burst: int = Field(ge=1)


class CallerRatesSettings(_Section):
    """What one caller may do: `serving` is asking for slates, `storage` is everything else."""

    serving: RateSettings
    storage: RateSettings


def _rates(per_s: float, burst: int) -> CallerRatesSettings:
    rate = RateSettings(per_s=per_s, burst=burst)
    return CallerRatesSettings(serving=rate, storage=rate)


class RatesSettings(_Section):
    """How often each caller may call, by what its credentials allow.

    `client` is one user or visitor; `shared_client` a key without a subject, which an app shares
    among all its anonymous visitors. Messages of a stream count like calls, but are slowed down
    rather than refused. At most `tracked_callers` are remembered.
    """

    client: CallerRatesSettings = _rates(20, 60)
    shared_client: CallerRatesSettings = _rates(500, 1000)
    partner: CallerRatesSettings = _rates(1000, 2000)
    admin: CallerRatesSettings = _rates(1000, 2000)
    tracked_callers: int = Field(default=100_000, ge=1)


class JwtSettings(_Section):
    """Tokens of an identity provider (`authorization: Bearer`).

    `keys` is a JSON Web Key Set: a file, or an https address. A token must name `issuer` and one of
    `audience`, and be signed by one of `algorithms`; clocks may differ by `leeway_s`. The claim
    `scope_claim` (words, or a list) is looked up in `scopes`; a token without any of these has
    `default_scope`. `user_claim` and `visitor_claim` say whom client scope acts for; an empty name
    is not looked for. The key set is read again every `refresh_s`, and when a token names an
    unknown key, but then at most every `floor_s`. `cached_tokens` verified tokens are remembered.
    """

    keys: str = Field(min_length=1)
    issuer: str = Field(min_length=1)
    audience: tuple[str, ...] = Field(min_length=1)
    algorithms: tuple[Algorithm, ...] = Field(default=("RS256", "ES256", "EdDSA"), min_length=1)
    leeway_s: float = Field(default=30.0, ge=0, le=300)
    scope_claim: str = "scope"
    scopes: Mapping[str, ScopeLabel] = {
        "shortlist.client": "client",
        "shortlist.partner": "partner",
        "shortlist.admin": "admin",
    }
    default_scope: Literal["client", "none"] = "client"
    user_claim: str = "sub"
    visitor_claim: str = ""
    refresh_s: float = Field(default=300.0, gt=0)
    floor_s: float = Field(default=10.0, gt=0)
    timeout_s: float = Field(default=5.0, gt=0)
    cached_tokens: int = Field(default=50_000, ge=1)

    @property
    def is_remote(self) -> bool:
        """Whether the keys are at an address rather than in a file."""
        return "://" in self.keys

    @model_validator(mode="after")
    def _keys_cannot_be_replaced_on_the_way(self) -> JwtSettings:
        if not self.is_remote:
            return self
        address = urlsplit(self.keys)
        is_local = address.scheme == "http" and address.hostname in _LOOPBACK_HOSTS
        if address.scheme != "https" and not is_local:
            raise ValueError("keys must be a file or an https address")
        return self


class AuditSettings(_Section):
    """Admin calls, imports, erasures, exports, and calls that cancel or delete one of these leave a
    line in the log, by the logger `shortlist.audit`, and in `file` if that is set: fsynced before
    the call is answered."""

    file: Path | None = None


class AuthSettings(_Section):
    """Who may call.

    `required`: callers present an API key or a token. `anonymous`: nobody is asked, and everyone
    has all scopes: for trying things out, so only on a loopback address unless
    `allow_remote_anonymous` is set. API keys are in `key_file`, relative to the data directory,
    which is looked at every `poll_s`.
    """

    mode: Literal["required", "anonymous"] = "required"
    allow_remote_anonymous: bool = False
    key_file: Path = Path("api-keys.json")
    poll_s: float = Field(default=1.0, gt=0)
    jwt: JwtSettings | None = None
    rates: RatesSettings = RatesSettings()
    audit: AuditSettings = AuditSettings()
