"""How events change a user's state: pure functions over columns.

Applying entries in pieces, in log order, gives the same state as applying them at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Rows
from server.core.event_type import EventType
from server.core.user_state import HISTORY_LENGTH, SEEN_LENGTH, UserState
from server.features.engagements import Engagements

_NEVER_MS: Final = np.iinfo(np.int64).max
_LONG_AGO_MS: Final = np.iinfo(np.int64).min
# Plain numbers: comparing an array with an enum member costs half a microsecond more.
_IMPRESSION: Final = int(EventType.IMPRESSION)
_RATE: Final = int(EventType.RATE)
_PURCHASE: Final = int(EventType.PURCHASE)
_HIDE: Final = int(EventType.HIDE)

Changes: TypeAlias = dict[str, Any]
"""New values of a state's fields."""


def apply_engagements(state: UserState, entries: Engagements) -> UserState:
    """Return the state after more entries in log order.

    The history is ordered by (event time, log order), so that late events find their place.
    Counts are of (event, item) pairs.
    """
    if not len(entries):
        return state
    types = entries.types
    present = set(types.tolist())
    is_positive = entries.signals > 0
    has_positive = bool(is_positive.any())
    changes: Changes = {"event_counts": _added(state.event_counts, types)}
    if _IMPRESSION in present or (has_positive and state.first_impression_ms is not None):
        changes |= _counts_since_impression(state, entries, is_positive)
    if _IMPRESSION in present:
        is_shown = types == _IMPRESSION
        changes |= _seen(state, entries.rows[is_shown], entries.times_ms[is_shown])
    if has_positive:
        changes |= _history(state, entries.take(is_positive))
    if has_positive or _RATE in present:
        rows = entries.rows[is_positive | (types == _RATE)]
        changes["engaged"] = union(state.engaged, rows)
    if _PURCHASE in present:
        changes["purchased"] = union(state.purchased, entries.rows[types == _PURCHASE])
    if _HIDE in present:
        changes["hidden"] = union(state.hidden, entries.rows[types == _HIDE])
    return replace(state, **changes)


def union(rows: Rows, more: Rows) -> Rows:
    """Return the sorted distinct rows of both; `rows` itself if nothing is new."""
    if not len(more):
        return rows
    if len(rows):
        at = np.minimum(np.searchsorted(rows, more), len(rows) - 1)
        more = more[rows[at] != more]
        if not len(more):
            return rows
    return np.unique(np.concatenate([rows, more]))


def _history(state: UserState, positive: Engagements) -> Changes:
    rows = np.concatenate([state.history, positive.rows])
    times_ms = np.concatenate([state.history_ms, positive.times_ms])
    types = np.concatenate([state.history_types, positive.types])
    # Stable: equal times stay in log order.
    order = np.argsort(times_ms, kind="stable")[-HISTORY_LENGTH:]
    return {
        "history": rows[order],
        "history_ms": times_ms[order],
        "history_types": types[order],
        "positive_count": state.positive_count + len(positive),
    }


def _counts_since_impression(state: UserState, entries: Engagements, is_positive: Mask) -> Changes:
    """Count positive entries at or after the earliest impression known when they came."""
    first_ms = _NEVER_MS if state.first_impression_ms is None else state.first_impression_ms
    shown_ms = np.where(entries.types == _IMPRESSION, entries.times_ms, _NEVER_MS)
    earliest_ms = np.minimum(np.minimum.accumulate(shown_ms), first_ms)
    since = is_positive & (entries.times_ms >= earliest_ms)
    return {
        "counts_since_impression": _added(state.counts_since_impression, entries.types[since]),
        "first_impression_ms": int(earliest_ms[-1]),
    }


def _seen(state: UserState, rows: Rows, times_ms: NDArray[np.int64]) -> Changes:
    """Add impressions in log order; past 1,000 items, the one shown longest ago is forgotten."""
    seen = union(state.seen, rows)
    if len(seen) > SEEN_LENGTH:
        return _seen_one_by_one(state, rows, times_ms)
    counts = np.zeros(len(seen), np.int32)
    seen_ms = np.full(len(seen), _LONG_AGO_MS, np.int64)
    before = np.searchsorted(seen, state.seen)
    counts[before], seen_ms[before] = state.seen_counts, state.seen_ms
    added = np.searchsorted(seen, rows)
    np.add.at(counts, added, np.int32(1))
    np.maximum.at(seen_ms, added, times_ms)
    return {"seen": seen, "seen_counts": counts, "seen_ms": seen_ms}


def _seen_one_by_one(state: UserState, rows: Rows, times_ms: NDArray[np.int64]) -> Changes:
    """The same, when items are forgotten on the way and may come back with a count of one."""
    table = {
        row: (count, time_ms)
        for row, count, time_ms in zip(
            state.seen.tolist(), state.seen_counts.tolist(), state.seen_ms.tolist(), strict=True
        )
    }
    oldest = [(time_ms, row) for row, (_, time_ms) in table.items()]
    heapq.heapify(oldest)
    for row, time_ms in zip(rows.tolist(), times_ms.tolist(), strict=True):
        count, before_ms = table.get(row, (0, time_ms))
        table[row] = (count + 1, max(before_ms, time_ms))
        heapq.heappush(oldest, (table[row][1], row))
        while len(table) > SEEN_LENGTH:
            forgotten_ms, forgotten = heapq.heappop(oldest)
            # Entries of the heap that a later impression has replaced are skipped.
            if forgotten in table and table[forgotten][1] == forgotten_ms:
                del table[forgotten]
    seen = sorted(table)
    return {
        "seen": np.array(seen, np.int64),
        "seen_counts": np.array([table[row][0] for row in seen], np.int32),
        "seen_ms": np.array([table[row][1] for row in seen], np.int64),
    }


def _added(counts: Mapping[int, int], types: NDArray[np.uint8]) -> Mapping[int, int]:
    """Return the counts with one more for each type; `counts` itself if there is none."""
    if not len(types):
        return counts
    added = dict(counts)
    for number, count in enumerate(np.bincount(types).tolist()):
        if count:
            added[number] = added.get(number, 0) + count
    return added
