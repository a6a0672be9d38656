"""When a call is repeated, and how long the client waits before."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from .clock import Clock
from .codes import Code

MAX_ATTEMPTS = 4
BASE_S = 0.1
CAP_S = 5.0


class Retry(Enum):
    """When an error's reason is worth another attempt."""

    NEVER = "never"
    IF_IDEMPOTENT = "if_idempotent"
    AFTER_DELAY = "after_delay"
    AFTER_REFRESH = "after_refresh"


@dataclass(frozen=True)
class Failure:
    """What a failed attempt says of repeating it; `retry_delay_s` is the server's, if any."""

    code: Code
    retry: Retry = Retry.NEVER
    retry_delay_s: float | None = None


def wait_before_retry(
    failure: Failure,
    *,
    attempt: int,
    is_idempotent: bool,
    retryable_codes: frozenset[Code],
    was_refreshed: bool,
    clock: Clock,
) -> float | None:
    """Return the seconds to wait before the next attempt, or None to give up.

    Args:
        attempt: number of the attempt that failed, from 1.
        was_refreshed: credentials were refreshed for this call before.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    delay = failure.retry_delay_s
    if failure.retry is Retry.AFTER_DELAY and delay is not None:
        # The server did nothing and said when to come back: safe for any method.
        return delay + clock.uniform(0.0, BASE_S)
    if failure.retry is Retry.AFTER_REFRESH:
        return None if was_refreshed else 0.0
    if is_idempotent and failure.code in retryable_codes:
        if delay is not None:
            return delay + clock.uniform(0.0, BASE_S)
        return backoff(attempt - 1, base_s=BASE_S, cap_s=CAP_S, clock=clock)
    return None


def backoff(number: int, *, base_s: float, cap_s: float, clock: Clock) -> float:
    """Return a wait with full jitter: uniform in [0, min(base * 2^number, cap)]."""
    # The exponent is bounded, as the product would overflow long before it mattered.
    return clock.uniform(0.0, min(base_s * 2.0 ** min(number, 30), cap_s))


@dataclass
class RetryBudget:
    """Keeps a client from multiplying the load of a server in trouble.

    Each retry takes a token, each success gives a tenth back; without a whole token nothing is
    retried.
    """

    capacity: float = 10.0
    refund: float = 0.1
    tokens: float = field(default=-1.0)

    def __post_init__(self) -> None:
        if self.tokens < 0:
            self.tokens = self.capacity

    def take(self) -> bool:
        """Take a token, if there is one."""
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True

    def succeeded(self) -> None:
        """Give a part of a token back."""
        # Rounded: ten tenths must be a whole token.
        self.tokens = min(self.capacity, round(self.tokens + self.refund, 6))
