"""Point-in-time counters: how many events an entity had strictly before a moment.

Shape legend: C counted events, Q queries, N entities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.snapshot import Events

Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counter:
    """Counted events of entities, sorted by (entity, time), as one sorted key column."""

    start_N: Int64Array
    key_C: Int64Array
    times: Int64Array

    def before(self, entity_Q: npt.NDArray[np.integer], time_Q: Int64Array) -> Int64Array:
        """Count events with time < `time_Q`: exclusive, so an outcome never sees itself."""
        entity_Q = np.asarray(entity_Q, dtype=np.int64)
        rank_Q = np.searchsorted(self.times, time_Q, side="left")
        position_Q = np.searchsorted(self.key_C, entity_Q * (len(self.times) + 1) + rank_Q)
        count_Q: Int64Array = position_Q - self.start_N[entity_Q]
        return count_Q

    def between(
        self, entity_Q: npt.NDArray[np.integer], from_Q: Int64Array, to_Q: Int64Array
    ) -> Int64Array:
        """Count events with from <= time < to."""
        return self.before(entity_Q, to_Q) - self.before(entity_Q, from_Q)

    @property
    def totals(self) -> Int64Array:
        """Count all events of every entity."""
        return np.diff(self.start_N)


def build_counter(
    entity_C: npt.NDArray[np.integer], time_C: Int64Array, entity_count: int
) -> Counter:
    """Build a counter of the given events, which may be in any order."""
    times = np.unique(time_C)
    # The rank of a time instead of the time keeps entity * span within int64.
    key_C = np.sort(
        np.asarray(entity_C, dtype=np.int64) * (len(times) + 1) + np.searchsorted(times, time_C)
    )
    bounds = np.arange(entity_count + 1, dtype=np.int64) * (len(times) + 1)
    return Counter(np.searchsorted(key_C, bounds), key_C, times)


def since_first(
    mask_E: npt.NDArray[np.bool_],
    first_E: npt.NDArray[np.bool_],
    entity_E: npt.NDArray[np.integer],
    events: Events,
    entity_count: int,
) -> npt.NDArray[np.bool_]:
    """Keep the events of `mask_E` from the entity's first event of `first_E` on.

    Imported histories have engagement without impressions; counting it would push rates above 1.
    """
    never = np.iinfo(np.int64).max
    first_N = np.full(entity_count, never, dtype=np.int64)
    np.minimum.at(first_N, entity_E[first_E], events.time_E[first_E])
    kept: npt.NDArray[np.bool_] = mask_E & (events.time_E >= first_N[entity_E])
    return kept
