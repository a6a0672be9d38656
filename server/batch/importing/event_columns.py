"""Events of one file as columns, before they become single events.

Shape legend: E events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from server.batch.importing.reader import Coded, Floats
from server.core.event_type import BAD_RATING, GOOD_RATING, EventType, signal


@dataclass(frozen=True, slots=True, kw_only=True)
class EventColumns:
    """E events in the order in which they are to be written.

    `sub` tells events of one line apart; numbers are NaN and codes -1 where missing.

    Shapes:
        row (E,) intp row of the table; line, sub, time_ms (E,) int64; type (E,) uint8;
        numbers (E,) float64 by field name.
    """

    row: NDArray[np.intp]
    line: NDArray[np.int64]
    sub: NDArray[np.int64]
    time_ms: NDArray[np.int64]
    type: NDArray[np.uint8]
    subject: Coded
    is_visitor: bool
    item: Coded
    numbers: Mapping[str, Floats] = field(default_factory=dict)
    session: Coded | None = None
    event_id: Coded | None = None
    group: Coded | None = None
    context: Mapping[str, Coded] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.row)

    def take(self, index: NDArray[np.intp]) -> EventColumns:
        """Return the events at an index array, in its order."""

        def taken(coded: Coded | None) -> Coded | None:
            return None if coded is None else coded.take(index)

        return replace(
            self,
            row=self.row[index],
            line=self.line[index],
            sub=self.sub[index],
            time_ms=self.time_ms[index],
            type=self.type[index],
            subject=self.subject.take(index),
            item=self.item.take(index),
            numbers={name: column[index] for name, column in self.numbers.items()},
            session=taken(self.session),
            event_id=taken(self.event_id),
            group=taken(self.group),
            context={name: coded.take(index) for name, coded in self.context.items()},
        )

    def signals(self) -> NDArray[np.int8]:
        """Return +1, 0 or -1 for each event."""
        by_type = np.zeros(max(EventType) + 1, np.int8)
        for event_type in EventType:
            by_type[event_type] = signal(event_type)
        signals: NDArray[np.int8] = by_type[self.type]
        if "rating" in self.numbers:
            rating = self.numbers["rating"]
            rated = (rating >= GOOD_RATING).astype(np.int8) - (rating <= BAD_RATING)
            signals = np.where(self.type == EventType.RATE, rated, signals)
        return signals
