"""Settings of the edge: a TOML file's keys, each with its default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_LAST_PORT = 65_535


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UpstreamSettings(_Section):
    """A pool of servers; of all pools, each gets its `weight`'s share of the requests."""

    name: str = Field(default="stable", pattern="^[a-z][a-z0-9_]*$")
    endpoints: tuple[str, ...] = Field(min_length=1)
    weight: int = Field(default=100, ge=0)
    certificate_authority: Path | None = None  # PEM; set: the servers speak TLS

    @field_validator("endpoints")
    @classmethod
    def _are_addresses(cls, endpoints: tuple[str, ...]) -> tuple[str, ...]:
        for each in endpoints:
            host, _, port = each.rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) <= _LAST_PORT:
                raise ValueError(f"{each!r} is no HOST:PORT")
        return endpoints


class TlsSettings(_Section):
    """PEM files; the edge then speaks TLS only, HTTP/2 and HTTP/1.1 by ALPN."""

    certificate: Path
    key: Path


class JwtSettings(_Section):
    """Tokens are checked against a local key set (JWKS), whose keys say their algorithms.

    The other keys mean what they mean in the server's `[gateway.auth.jwt]`.
    """

    jwks: Path
    issuer: str = Field(min_length=1)
    audience: tuple[str, ...] = Field(min_length=1)
    leeway_s: int = Field(default=30, ge=0, le=300)
    scope_claim: str = "scope"
    scopes: Mapping[str, Literal["client", "partner", "admin"]] = {
        "shortlist.client": "client",
        "shortlist.partner": "partner",
        "shortlist.admin": "admin",
    }


class AuthSettings(_Section):
    """What the edge refuses before it reaches a server, which checks everything again.

    `keys` is the server's file of hashed API keys; it is looked at every `poll_s`. Credentials of a
    kind that is not set here pass, and the server decides; with neither kind, so do calls without.
    """

    keys: Path | None = None
    poll_s: float = Field(default=1.0, gt=0)
    jwt: JwtSettings | None = None

    @property
    def is_checked(self) -> bool:
        """Whether the edge checks credentials at all."""
        return self.keys is not None or self.jwt is not None


class LimitSettings(_Section):
    """Token buckets of this edge process: one a caller, and one for all.

    A caller is its API key, else its token, else its address.
    """

    per_caller_rate: int = Field(default=200, ge=1)  # requests a second
    per_caller_burst: int = Field(default=400, ge=1)
    total_rate: int = Field(default=5_000, ge=1)
    total_burst: int = Field(default=10_000, ge=1)
    callers: int = Field(default=20_000, ge=1)  # told apart at a time
    retry_after_s: int = Field(default=1, ge=1)


class EdgeSettings(_Section):
    """The whole edge; `port` 0 lets the system choose one."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    admin_port: int = Field(default=0, ge=0, le=65535)  # on loopback only
    workers: int = Field(default=2, ge=1)
    upstreams: tuple[UpstreamSettings, ...] = Field(min_length=1)
    origins: tuple[str, ...] = ("*",)  # web pages that may call: `*` or exact origins
    static: Path | None = None  # folder served at /
    trusted_hops: int = Field(default=0, ge=0)  # proxies in front that add x-forwarded-for
    tls: TlsSettings | None = None
    auth: AuthSettings = AuthSettings()
    limits: LimitSettings = LimitSettings()
    max_request_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    max_connections: int = Field(default=20_000, ge=1)  # of clients, at a time
    # Of Envoy; beyond 95 % of it calls are refused. JSON requests are held whole.
    max_memory_bytes: int = Field(default=2 * 1024 * 1024 * 1024, ge=1024 * 1024)
    access_log: Path | None = None  # a JSON line a request; /dev/stdout works too
    max_call_s: float = Field(default=600, gt=0)  # longest deadline a caller may ask for

    @model_validator(mode="after")
    def _is_consistent(self) -> EdgeSettings:
        names = [each.name for each in self.upstreams]
        if len(set(names)) < len(names):
            raise ValueError("each upstream needs a name of its own")
        if not sum(each.weight for each in self.upstreams):
            raise ValueError("at least one upstream needs a weight above 0")
        return self
