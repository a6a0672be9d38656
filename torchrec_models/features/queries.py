"""Queries: a user at a moment, with the history known strictly before it.

Shape legend: Q queries, N history places, D retrieval dimension, C content dimension, M items.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.columns import Categories
from torchrec_models.data.histories import Histories, last_unique_items

CONTENT_HISTORY = 20
_DAY_MS = 24 * 3600 * 1000
_HOUR_MS = 3600 * 1000
# 1970-01-01 was a Thursday, which is day 3 of a week that starts on Monday.
_EPOCH_WEEKDAY = 3


@dataclass(frozen=True, slots=True)
class Queries:
    """`end_Q` is the row after each user's last known event; `recent_QN` is latest first."""

    user_Q: npt.NDArray[np.int64]
    time_Q: npt.NDArray[np.int64]
    end_Q: npt.NDArray[np.int64]
    recent_QN: npt.NDArray[np.int32]
    context: dict[str, Categories]

    def __len__(self) -> int:
        return len(self.user_Q)

    def take(self, rows: npt.NDArray[np.integer]) -> Queries:
        """Return the given queries in that order."""
        return Queries(
            self.user_Q[rows],
            self.time_Q[rows],
            self.end_Q[rows],
            self.recent_QN[rows],
            {name: column.take(rows) for name, column in self.context.items()},
        )


def build_queries(
    histories: Histories,
    user_Q: npt.NDArray[np.integer],
    time_Q: npt.NDArray[np.int64],
    *,
    history_length: int,
    context: dict[str, Categories] | None = None,
) -> Queries:
    """Look up each user's history strictly before the query's time."""
    end_Q = histories.ends_before(user_Q, time_Q)
    return Queries(
        user_Q=np.asarray(user_Q, dtype=np.int64),
        time_Q=time_Q,
        end_Q=end_Q,
        recent_QN=last_unique_items(histories, user_Q, end_Q, history_length),
        context={**(context or {}), **clock_context(time_Q)},
    )


def clock_context(time_Q: npt.NDArray[np.int64]) -> dict[str, Categories]:
    """Return hour "0".."23" and weekday "0" (Monday).."6" in UTC."""
    hour = (time_Q // _HOUR_MS % 24).astype(np.int32)
    weekday = ((time_Q // _DAY_MS + _EPOCH_WEEKDAY) % 7).astype(np.int32)
    return {
        "hour": Categories(hour, [str(h) for h in range(24)]),
        "weekday": Categories(weekday, [str(d) for d in range(7)]),
    }


def content_profiles(
    content_MC: npt.NDArray[np.float32], recent_QN: npt.NDArray[np.int32]
) -> npt.NDArray[np.float32]:
    """Return the normalised mean content vector (Q, C) of the last 20 items; zero without any."""
    recent = recent_QN[:, :CONTENT_HISTORY]
    total_QC = np.zeros((len(recent), content_MC.shape[1]), dtype=np.float32)
    for place in range(recent.shape[1]):
        known = recent[:, place] >= 0
        total_QC[known] += content_MC[recent[known, place]]
    norm_Q1 = np.linalg.norm(total_QC, axis=1, keepdims=True)
    return np.where(norm_Q1 > 1e-12, total_QC / np.maximum(norm_Q1, 1e-12), 0.0).astype(np.float32)
