"""Logged events as columns, with the subjects they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.core.event_type import signal
from server.core.item_columns import ItemColumns
from server.events.user_event import LoggedEvent
from server.features.engagements import Engagements


class SubjectEntries(NamedTuple):
    """The entries of one subject, in log order, and the last event's offset."""

    entries: Engagements
    offsets: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Entries of events in log order; those of items outside the catalogue are left out.

    Shapes (E entries): offsets (E,) int64; subjects (E,) int64 index into `keys`.
    """

    entries: Engagements
    offsets: NDArray[np.int64]
    subjects: NDArray[np.int64]
    keys: Sequence[str]

    @classmethod
    def of(
        cls, events: Sequence[LoggedEvent], items: ItemColumns, key_of: Callable[[str], str]
    ) -> EventColumns:
        """Return the columns of events; `key_of` says whose state a subject's events change."""
        row_of = items.row_of
        rows: list[int] = []
        types: list[int] = []
        signals: list[int] = []
        times_ms: list[int] = []
        offsets: list[int] = []
        subjects: list[int] = []
        numbers: dict[str, int] = {}
        for logged in events:
            event = logged.event
            number = -1
            for item in event.items:
                row = row_of.get(item.item_id, -1)
                if not 0 <= row < items.size:
                    continue
                if number < 0:
                    key = key_of(event.subject.key)
                    number = numbers.setdefault(key, len(numbers))
                rows.append(row)
                types.append(event.type)
                signals.append(signal(event.type, item.rating))
                times_ms.append(event.time_ms)
                offsets.append(logged.offset)
                subjects.append(number)
        entries = Engagements(
            np.array(rows, np.int64),
            np.array(types, np.uint8),
            np.array(signals, np.int8),
            np.array(times_ms, np.int64),
        )
        return cls(
            entries, np.array(offsets, np.int64), np.array(subjects, np.int64), list(numbers)
        )

    def by_subject(self) -> Iterator[tuple[str, SubjectEntries]]:
        """Yield each key with its entries."""
        order = np.argsort(self.subjects, kind="stable")
        ends = np.searchsorted(self.subjects[order], np.arange(len(self.keys)), side="right")
        start = 0
        for key, end in zip(self.keys, ends.tolist(), strict=True):
            at = order[start:end]
            yield key, SubjectEntries(self.entries.take(at), self.offsets[at])
            start = end

    def after(self, offset: int) -> Engagements:
        """Return the entries of the events behind an offset."""
        return self.entries.take(self.offsets > offset)
