"""How much of a request's time a part may take."""

from __future__ import annotations

import time

# Kept back for what follows: translating, serialising and sending the reply.
REPLY_RESERVE_S = 0.005
# With less than this left, the full pipeline is not begun.
LEAST_BUDGET_S = 0.015


def remaining_s(deadline_s: float | None) -> float | None:
    """Return the seconds until a `time.monotonic()` deadline, less the reply's share."""
    if deadline_s is None:
        return None
    return deadline_s - time.monotonic() - REPLY_RESERVE_S


def budget_s(deadline_s: float | None, share: float, at_most: float | None = None) -> float | None:
    """Return a part's share of the time left, at least 0; None: unlimited."""
    left = remaining_s(deadline_s)
    if left is None:
        return at_most
    granted = max(left * share, 0.0)
    return granted if at_most is None else min(granted, at_most)
