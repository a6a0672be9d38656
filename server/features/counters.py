"""Counters by row or subject: popularity, event counts and smoothed rates.

Shape letters: N rows, R rows of a signal.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.event_type import EventType
from server.core.row_set import are_inside
from server.core.user_state import UserState
from server.features.ports import ItemSignals

ITEM_SMOOTHING = 20.0
USER_SMOOTHING = 10.0
_NO_TYPE = 0


def event_type_number(name: str) -> int:
    """Return the number of a lower-case event type, 0 if there is no such type."""
    found = EventType.__members__.get(name.upper())
    return _NO_TYPE if found is None else int(found)


def gather(signal_R: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
    """Return (N,) values; rows past the signal's end are 0."""
    if len(signal_R) == 0:
        return np.zeros(len(rows), np.float32)
    if are_inside(rows, len(signal_R)):
        return signal_R.take(rows)
    inside = (rows >= 0) & (rows < len(signal_R))
    return np.where(inside, signal_R[np.where(inside, rows, 0)], np.float32(0))


def item_counter(
    name: str, signals: ItemSignals, rows: Rows, now_ms: int, priors: Mapping[str, float]
) -> NDArray[np.floating] | None:
    """Return (N,) `item.<name>`, None if the name is no counter."""
    if name == "popularity":
        return gather(signals.popularity(), rows)
    if name == "recent_popularity":
        return gather(signals.recent(now_ms), rows)
    if name == "impressions":
        return gather(signals.event_counts(EventType.IMPRESSION), rows)
    if name.startswith("count."):
        number = event_type_number(name.removeprefix("count."))
        return gather(signals.event_counts(number), rows)
    if name.startswith("rate."):
        head = name.removeprefix("rate.")
        engaged = gather(signals.counts_since_impression(event_type_number(head)), rows)
        shown = gather(signals.event_counts(EventType.IMPRESSION), rows)
        return (engaged + ITEM_SMOOTHING * priors.get(head, 0)) / (
            shown.astype(np.float64) + ITEM_SMOOTHING
        )
    return None


def user_counter(name: str, user: UserState, priors: Mapping[str, float]) -> float | None:
    """Return `user.<name>`, None if the name is no counter."""
    if name == "history_length":
        return float(user.positive_count)
    impressions = float(user.event_counts.get(EventType.IMPRESSION, 0))
    if name == "impressions":
        return impressions
    if name.startswith("count."):
        return float(user.event_counts.get(event_type_number(name.removeprefix("count.")), 0))
    if name.startswith("rate."):
        head = name.removeprefix("rate.")
        engaged = float(user.counts_since_impression.get(event_type_number(head), 0))
        return (engaged + USER_SMOOTHING * priors.get(head, 0)) / (impressions + USER_SMOOTHING)
    return None
