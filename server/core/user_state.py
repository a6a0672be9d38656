"""What the system knows of a subject's behaviour, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows

HISTORY_LENGTH = 200
SEEN_LENGTH = 1000


class Engagements(NamedTuple):
    """What the history says of each distinct item.

    Shapes: rows (U,) int64 sorted; counts (U,) int64; last_ms (U,) int64 time of the latest.
    """

    rows: Rows
    counts: NDArray[np.int64]
    last_ms: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class UserState:
    """Behaviour of one subject; arrays are never mutated, and what is derived from them is kept.

    Shapes:
        history: (H,) int64 item rows of positive engagements, oldest first, at most 200, with
            repeats.
        history_ms: (H,) int64 event times.
        history_types: (H,) uint8 `EventType` numbers.
        seen: (S,) int64 rows of impressions, sorted, unique, at most 1,000 (the latest).
        seen_counts: (S,) int32 impressions of each; seen_ms: (S,) int64 time of the last.
        engaged: (E,) int64 sorted unique rows of all positive engagements and ratings, whatever
            their age.
        purchased: (P,) int64 sorted unique rows; hidden: (D,) int64 sorted unique rows.
        event_counts: number of events by type number, lifetime.
        counts_since_impression: number of positive events by type number, at or after the
            subject's first impression, which was at `first_impression_ms` (None: none yet).
        positive_count: positive engagements, lifetime.
    """

    history: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    history_ms: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    history_types: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    seen: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    seen_counts: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    seen_ms: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    engaged: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    purchased: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    hidden: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    event_counts: Mapping[int, int] = field(default_factory=dict)
    counts_since_impression: Mapping[int, int] = field(default_factory=dict)
    first_impression_ms: int | None = None
    positive_count: int = 0

    def recent_unique(self, limit: int) -> Rows:
        """Return the last `limit` distinct rows of the history, most recent first."""
        return self._distinct[:limit]

    @cached_property
    def engagements(self) -> Engagements:
        """Each distinct item of the history."""
        # The history is oldest first, so the first place from the end is the latest engagement.
        rows, from_end, counts = np.unique(
            self.history[::-1], return_index=True, return_counts=True
        )
        return Engagements(rows, counts, self.history_ms[::-1][from_end])

    @cached_property
    def _distinct(self) -> Rows:
        newest_first = self.history[::-1]
        _, first = np.unique(newest_first, return_index=True)
        return newest_first[np.sort(first)]


NO_BEHAVIOUR = UserState()
