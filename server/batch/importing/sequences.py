"""Expands rows that hold a list of items into one event an item.

Shape legend: R rows of the table, E events.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from server.batch.ids import encode_id
from server.batch.importing.reader import Coded, RowReader
from server.batch.mapping.language import EventSource, Sequence
from server.core.event_type import EventType


class Expanded(NamedTuple):
    """Where events come from; `item` is None where the row itself names it.

    Shapes:
        row (E,) intp; sub, time_ms (E,) int64; type (E,) uint8.
    """

    row: NDArray[np.intp]
    sub: NDArray[np.int64]
    time_ms: NDArray[np.int64]
    type: NDArray[np.uint8]
    item: Coded | None = None


def expand_sequence(source: EventSource, reader: RowReader, times: NDArray[np.int64]) -> Expanded:
    """Return the events of all good rows in order of time.

    An empty list gives no events; a row with an item id that can't be used is refused.
    """
    sequence = source.sequence
    assert sequence is not None and source.type is not None
    lists = _lists(reader, sequence.items, sequence.separator)
    marks = [
        (event_type, _lists(reader, column, sequence.separator))
        for event_type, column in sequence.marks.items()
    ]
    codes: dict[str, int] = {}
    encoded: list[str] = []
    found: list[tuple[int, int, int, int]] = []
    for row in np.flatnonzero(reader.is_good):
        items = lists[row]
        unusable = next((i for i in items if i not in codes and encode_id(i) is None), None)
        if unusable is not None:
            _refuse_row(reader, int(row), f"item {unusable[:40]!r} can't be an id")
            continue
        for item in items:
            if item not in codes:
                codes[item] = len(codes)
                encoded.append(encode_id(item) or "")
        marked = [(kind, values[row]) for kind, values in marks]
        found += [
            (int(row), position, kind, codes[items[position]])
            for position, kind in _events_of(items, source.type, marked)
        ]
    return _in_time_order(found, encoded, (lists, times, sequence))


def _refuse_row(reader: RowReader, row: int, reason: str) -> None:
    mask = np.zeros(len(reader), np.bool_)
    mask[row] = True
    reader.refuse(mask, lambda _: reason)


def _lists(reader: RowReader, name: str, separator: str) -> list[list[str]]:
    column = reader.column(name)
    if pa.types.is_list(column.type):
        return [value or [] for value in column.to_pylist()]
    return [[each for each in text.split(separator) if each] for text in column.to_pylist()]


def _events_of(
    items: list[str], event_type: EventType, marks: list[tuple[EventType, list[str]]]
) -> list[tuple[int, int]]:
    """Return (position, type) of a row's events, oldest first."""
    open_marks = [(kind, Counter(values)) for kind, values in marks]
    events: list[tuple[int, int]] = []
    for position, item in enumerate(items):
        events.append((position, int(event_type)))
        for kind, left in open_marks:
            if left[item] > 0:
                left[item] -= 1
                events.append((position, int(kind)))
    return events


def _in_time_order(
    found: list[tuple[int, int, int, int]],
    item_ids: list[str],
    dating: tuple[list[list[str]], NDArray[np.int64], Sequence],
) -> Expanded:
    lists, times, sequence = dating
    table = np.array(found, np.int64).reshape(-1, 4)
    row, position = table[:, 0].astype(np.intp), table[:, 1]
    lengths = np.array([len(items) for items in lists], np.int64)
    time_ms = times[row] - (lengths[row] - 1 - position) * sequence.step_ms
    order = np.argsort(time_ms, kind="stable")
    return Expanded(
        row[order],
        position[order],
        time_ms[order],
        table[order, 2].astype(np.uint8),
        Coded(table[order, 3].astype(np.int32), item_ids),
    )
