"""Settings of the online store, user states and item signals."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

HOUR_MS = 3_600_000
MAX_BUCKETS = 10_000


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OnlineStoreSettings(_Section):
    """The embedded online store: one SQLite file in the data directory."""

    kind: Literal["embedded"] = "embedded"
    # Writes are kept in memory this long; a crash loses at most them.
    flush_interval_s: float = Field(default=0.5, gt=0, le=1.0)
    # Unwritten values may take this much before writes are refused.
    buffer_bytes: int = Field(default=256 * 1024**2, gt=0)


class UserStateSettings(_Section):
    """The states of recently active subjects are kept in memory."""

    cached_subjects: int = Field(default=50_000, gt=0)


class SignalSettings(_Section):
    """Sliding windows over item events."""

    bucket_ms: int = Field(default=HOUR_MS, gt=0)
    trending_ms: int = Field(default=24 * HOUR_MS, gt=0)
    recent_ms: int = Field(default=7 * 24 * HOUR_MS, gt=0)
    # Events that an item without history is taken to have had in a trending window.
    trending_prior: float = Field(default=5.0, gt=0)

    @model_validator(mode="after")
    def _windows_fit(self) -> SignalSettings:
        if self.trending_ms >= self.recent_ms:
            raise ValueError("trending_ms must be shorter than recent_ms")
        if self.trending_ms % self.bucket_ms or self.recent_ms % self.bucket_ms:
            raise ValueError("trending_ms and recent_ms must be multiples of bucket_ms")
        if self.recent_ms > MAX_BUCKETS * self.bucket_ms:
            raise ValueError(f"recent_ms may be at most {MAX_BUCKETS} times bucket_ms")
        return self


class FeatureSettings(_Section):
    """Where features are kept while serving."""

    online: OnlineStoreSettings = OnlineStoreSettings()
    user_states: UserStateSettings = UserStateSettings()
    signals: SignalSettings = SignalSettings()
