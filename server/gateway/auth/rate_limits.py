"""How often each caller may call: one token bucket for each caller and group of methods."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from server.core.errors import QuotaExhaustedError
from server.gateway.auth.access_policy import Group
from server.gateway.auth.caller import Caller, Quota
from server.gateway.auth.settings import RateSettings, RatesSettings


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` calls at once, then one every `interval_s`."""

    interval_s: float
    burst: int

    @property
    def tolerance_s(self) -> float:
        """How far ahead of its steady rate a caller may be."""
        return (self.burst - 1) * self.interval_s


class RateLimits:
    """All buckets; at most `capacity` of them, the longest unused ones being forgotten.

    A bucket is one number: the time at which it will be full again. One that is full already is
    the same as none, so little is lost with those that are forgotten.

    Source: the generic cell rate algorithm, ITU-T I.371, which equals a token bucket.
    """

    def __init__(
        self,
        settings: RatesSettings,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now_s = now_s
        self._capacity = settings.tracked_callers
        self._full_s: dict[tuple[str, Quota, Group], float] = {}
        quotas: tuple[Quota, ...] = ("client", "shared_client", "partner", "admin")
        self._rates: dict[tuple[Quota, Group], Rate | None] = {}
        for quota in quotas:
            of_quota = getattr(settings, quota)
            self._rates[quota, "serving"] = _rate(of_quota.serving)
            self._rates[quota, "storage"] = _rate(of_quota.storage)

    def __len__(self) -> int:
        return len(self._full_s)

    def take(self, caller: Caller, group: Group) -> None:
        """Count a call.

        Raises:
            QuotaExhaustedError: it is one too many.
        """
        quota = caller.quota
        rate = self._rates[quota, group]
        if rate is None:
            return
        key, now_s = (caller.id, quota, group), self._now_s()
        full_s = max(self._full_s.get(key, now_s), now_s)
        early_s = full_s - now_s - rate.tolerance_s
        # A hair of slack: sums of intervals are not exact.
        if early_s > 1e-9:
            raise QuotaExhaustedError(
                f"more than {1 / rate.interval_s:g} {group} calls a second", early_s, caller.id
            )
        self._keep(key, full_s + rate.interval_s)

    def pace_s(self, caller: Caller, group: Group) -> float:
        """Count a message of a stream; return the time to wait before it is due."""
        quota = caller.quota
        rate = self._rates[quota, group]
        if rate is None:
            return 0.0
        key, now_s = (caller.id, quota, group), self._now_s()
        full_s = max(self._full_s.get(key, now_s), now_s)
        self._keep(key, full_s + rate.interval_s)
        return max(0.0, full_s - now_s - rate.tolerance_s)

    def _keep(self, key: tuple[str, Quota, Group], full_s: float) -> None:
        # Out and in again: the dictionary's order is that of the last use.
        self._full_s.pop(key, None)
        self._full_s[key] = full_s
        if len(self._full_s) > self._capacity:
            del self._full_s[next(iter(self._full_s))]


def _rate(settings: RateSettings) -> Rate | None:
    return Rate(1 / settings.per_s, settings.burst) if settings.per_s > 0 else None
