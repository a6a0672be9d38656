"""Events as columns: what states and signals are computed from.

Shape letter: E entries, one for each (event, item) pair whose item is in the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.event_type import EventType


@dataclass(frozen=True, slots=True)
class Engagements:
    """Entries in log order.

    Shapes: rows (E,) int64; types (E,) uint8 `EventType` numbers; signals (E,) int8 -1, 0, +1;
        times_ms (E,) int64 event times.
    """

    rows: Rows
    types: NDArray[np.uint8]
    signals: NDArray[np.int8]
    times_ms: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def of_type(self, event_type: EventType) -> NDArray[np.bool_]:
        """Return which entries are of one type."""
        is_of_type: NDArray[np.bool_] = self.types == event_type
        return is_of_type

    def take(self, index: NDArray[np.bool_] | NDArray[np.intp]) -> Engagements:
        """Return some entries, in log order if the index keeps it."""
        return Engagements(
            self.rows[index], self.types[index], self.signals[index], self.times_ms[index]
        )
