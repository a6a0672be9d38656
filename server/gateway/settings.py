"""Settings of the gRPC edge."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from server.gateway.auth.settings import AuthSettings


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LaneSettings(_Section):
    """How many requests of one kind may be under way, steered toward a latency.

    While nine of ten requests finish within `target_s` the limit grows by one each `window_s` in
    which it was reached; otherwise it shrinks by a fifth. `queue_length` requests above it wait;
    all others are refused at once. In a queue that emptied less than `burst_s` ago and was not
    full since, each waits `burst_wait_s` at most; in any other, `queue_wait_s`.
    """

    target_s: float = Field(gt=0)
    initial: int = Field(ge=1)
    minimum: int = Field(ge=1)
    maximum: int = Field(ge=1)
    queue_length: int = Field(ge=0)
    queue_wait_s: float = Field(ge=0)
    burst_s: float = Field(default=3.0, ge=0)
    burst_wait_s: float = Field(default=0.25, ge=0)
    window_s: float = Field(default=0.2, gt=0)
    retry_after_s: float = Field(default=0.25, gt=0)

    @model_validator(mode="after")
    def _is_ordered(self) -> LaneSettings:
        if not self.minimum <= self.initial <= self.maximum:
            raise ValueError("minimum <= initial <= maximum must hold")
        return self


class AdmissionSettings(_Section):
    """Two lanes, so that a burst of events doesn't refuse recommendations, and the reverse."""

    serving: LaneSettings = LaneSettings(
        target_s=0.04, initial=4, minimum=2, maximum=64, queue_length=32, queue_wait_s=0.05
    )
    storage: LaneSettings = LaneSettings(
        target_s=1.0,
        initial=4096,
        minimum=32,
        maximum=8192,
        queue_length=256,
        queue_wait_s=0.25,
        burst_wait_s=0.25,
    )


class DeadlineSettings(_Section):
    """`default_s` is for callers that set none, who must also send their request by then; with less
    than `minimum_s` left, methods other than Recommend answer DEADLINE_TOO_SHORT at once."""

    default_s: float = Field(default=10.0, gt=0)
    minimum_s: float = Field(default=0.002, ge=0)


class TokenSettings(_Section):
    """The keys that sign tokens; `key_file` is relative to the data directory.

    A key signs for `rotation_days` and verifies for `retention_days` more: longer than an event
    may be old.
    """

    key_file: Path = Path("token-keys.json")
    rotation_days: int = Field(default=90, ge=1)
    retention_days: int = Field(default=35, ge=1)


class SharedReplySettings(_Section):
    """Replies without a subject (trending and similar items) serve everyone for `max_age_s`; 0: no
    reply is kept. So long a deleted item may live on in caches outside; in the server's own, which
    holds `capacity` replies, it does not. At most 5: the contract's promise."""

    max_age_s: float = Field(default=5.0, ge=0, le=5)
    capacity: int = Field(default=1000, ge=1)


class TlsSettings(_Section):
    """PEM files; clients must present a certificate of `client_authority` if it is set."""

    certificate: Path
    key: Path
    client_authority: Path | None = None


class GatewaySettings(_Section):
    """The edge; `port` 0 lets the system choose one."""

    host: str = "127.0.0.1"
    port: int = Field(default=50051, ge=0, le=65535)
    tls: TlsSettings | None = None
    auth: AuthSettings = AuthSettings()
    admission: AdmissionSettings = AdmissionSettings()
    deadlines: DeadlineSettings = DeadlineSettings()
    tokens: TokenSettings = TokenSettings()
    shared_replies: SharedReplySettings = SharedReplySettings()
    drain_s: float = Field(default=10.0, ge=0)
    max_request_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    stream_window: int = Field(default=500, ge=1, le=10_000)
    concurrent_operations: int = Field(default=2, ge=1)
    keepalive_s: int = Field(default=60, ge=10)
