"""Positive engagement histories, looked up point in time.

Shape legend: E events, P positive events sorted by (user, time, log order), U users,
Q queries (a user at a time), N the asked number of history items, W a window of events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.snapshot import Events

Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]

_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class Histories:
    """All users' positive events; user u owns rows start_U[u] .. start_U[u + 1].

    `next_P` is the row of the same user's next event on the same item (P where there is none).
    """

    start_U: Int64Array
    item_P: Int32Array
    time_P: Int64Array
    next_P: Int64Array
    first_time_ms: int

    @property
    def user_count(self) -> int:
        return len(self.start_U) - 1

    @property
    def lengths(self) -> Int64Array:
        return np.diff(self.start_U)

    @property
    def users(self) -> Int64Array:
        """Return the user of every positive event."""
        return np.repeat(np.arange(self.user_count), self.lengths)

    def ends_before(self, user_Q: npt.NDArray[np.integer], time_Q: Int64Array) -> Int64Array:
        """Return the row after each user's last event strictly before the query's time."""
        span = int(max(self.time_P.max(initial=0), time_Q.max(initial=0))) - self.first_time_ms + 2
        key_P = self.users * span + (self.time_P - self.first_time_ms)
        wanted_Q = np.asarray(user_Q, dtype=np.int64) * span + np.clip(
            time_Q - self.first_time_ms, 0, None
        )
        return np.searchsorted(key_P, wanted_Q, side="left")

    def ends(self, user_Q: npt.NDArray[np.integer]) -> Int64Array:
        """Return the row after each user's last event."""
        return self.start_U[np.asarray(user_Q, dtype=np.int64) + 1]


def build_histories(events: Events, user_count: int) -> Histories:
    """Collect the positive events; `events` must be in (time, log offset) order."""
    rows = np.flatnonzero(events.is_positive)
    rows = rows[np.argsort(events.user_E[rows], kind="stable")]
    user_P = events.user_E[rows].astype(np.int64)
    item_P = events.item_E[rows]
    start_U = np.searchsorted(user_P, np.arange(user_count + 1), side="left")
    time_P = events.time_E[rows]
    return Histories(
        start_U=start_U.astype(np.int64),
        item_P=item_P,
        time_P=time_P,
        next_P=_next_on_same_item(user_P, item_P),
        first_time_ms=int(time_P.min(initial=0)) if len(time_P) else 0,
    )


def _next_on_same_item(user_P: Int64Array, item_P: Int32Array) -> Int64Array:
    order = np.lexsort((np.arange(len(item_P)), item_P, user_P))
    same = (user_P[order][1:] == user_P[order][:-1]) & (item_P[order][1:] == item_P[order][:-1])
    next_P = np.full(len(item_P), len(item_P), dtype=np.int64)
    next_P[order[:-1][same]] = order[1:][same]
    return next_P


def last_unique_items(
    histories: Histories, user_Q: npt.NDArray[np.integer], end_Q: Int64Array, count: int
) -> Int32Array:
    """Return the most recent `count` distinct items before each query, most recent first.

    Shapes: (Q,), (Q,) -> (Q, N), padded with -1. An item counts at its last occurrence.
    """
    out_QN = np.full((len(end_Q), count), -1, dtype=np.int32)
    start_Q = histories.start_U[np.asarray(user_Q, dtype=np.int64)]
    pending = np.flatnonzero(end_Q > start_Q)
    window = 2 * count
    while len(pending):
        step = max(1, _CHUNK // window)
        unfinished = [
            _fill_window(histories, out_QN, pending[i : i + step], (start_Q, end_Q), window)
            for i in range(0, len(pending), step)
        ]
        pending = np.concatenate(unfinished)
        window *= 4
    return out_QN


def _fill_window(
    histories: Histories,
    out_QN: Int32Array,
    queries: Int64Array,
    bounds: tuple[Int64Array, Int64Array],
    window: int,
) -> Int64Array:
    """Fill the queries that `window` events settle and return those that need a wider one."""
    start_Q, end_Q = bounds[0][queries], bounds[1][queries]
    count = out_QN.shape[1]
    row_QW = end_Q[:, None] - 1 - np.arange(window)
    inside_QW = row_QW >= start_Q[:, None]
    row_QW = np.maximum(row_QW, 0)
    is_last_QW = inside_QW & (histories.next_P[row_QW] >= end_Q[:, None])
    rank_QW = np.cumsum(is_last_QW, axis=1)
    keep_q, keep_w = np.nonzero(is_last_QW & (rank_QW <= count))
    rank = rank_QW[keep_q, keep_w] - 1
    out_QN[queries[keep_q], rank] = histories.item_P[row_QW[keep_q, keep_w]]
    is_short = (rank_QW[:, -1] < count) & (end_Q - start_Q > window)
    unfinished: Int64Array = queries[is_short]
    return unfinished


def last_events(
    histories: Histories, user_Q: npt.NDArray[np.integer], end_Q: Int64Array, count: int
) -> Int64Array:
    """Return the rows of the last `count` positive events of each query, latest first.

    Shapes: (Q,), (Q,) -> (Q, N), padded with -1.
    """
    start_Q = histories.start_U[np.asarray(user_Q, dtype=np.int64)]
    row_QN = end_Q[:, None] - 1 - np.arange(count)
    return np.where(row_QN >= start_Q[:, None], row_QN, -1)
