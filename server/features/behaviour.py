"""How often, and how long ago, the subject engaged with candidates.

Shape letters: N candidates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.user_state import UserState

_DAY_MS = 86_400_000.0


def times_engaged(
    user: UserState, rows: Rows, now_ms: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (N,) how often each row is in the history, and (N,) days since then, NaN for never."""
    count_N, days_N = np.zeros(len(rows)), np.full(len(rows), np.nan)
    if len(user.history) == 0:
        return count_N, days_N
    engaged, counts, last_ms = user.engagements
    place = np.minimum(np.searchsorted(engaged, rows), len(engaged) - 1)
    hit = np.flatnonzero(engaged.take(place) == rows)
    if len(hit):
        place = place[hit]
        count_N[hit] = counts[place]
        days_N[hit] = (now_ms - last_ms[place]) / _DAY_MS
    return count_N, days_N
