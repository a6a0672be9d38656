"""Reads the rows of a table as event columns, by the mapping of an events file.

Shape legend: R rows of the table, E events.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.batch.importing.event_columns import EventColumns
from server.batch.importing.reader import Coded, Floats, RowReader
from server.batch.importing.row_filters import keep_passing
from server.batch.importing.sequences import Expanded, expand_sequence
from server.batch.importing.times import MISSING, read_times
from server.batch.mapping.language import Cell, EventSource
from server.core.event_type import EventType

_MAX_DWELL_MS = 604_800_000
_MAX_SESSION = 128


def read_events(source: EventSource, reader: RowReader) -> EventColumns:
    """Read the good rows as events, in order of time and, within it, of the file.

    Raises:
        SourceFileError: the mapping names a column that the file lacks.
    """
    keep_passing(reader, source.where)
    subject_cell = source.user or source.visitor
    assert subject_cell is not None
    what = "user" if source.user else "visitor"
    columns: dict[str, Coded] = {"subject": reader.ids(subject_cell, what)}
    times = read_times(reader, source.time, "time")
    reader.refuse(times == MISSING, lambda row: "time is missing")
    numbers = _read_numbers(source, reader)
    types, flagged = _read_types(source, reader)
    _refuse_unrated(reader, types, flagged, numbers)
    if source.session:
        columns["session"] = _session(reader, source.session)
    if source.event_id:
        columns["event_id"] = reader.ids(source.event_id, "event id")
    if source.group_by:
        columns["group"] = reader.text(source.group_by)
    context = {name: reader.text(cell) for name, cell in source.context.items()}
    if source.sequence:
        expanded = expand_sequence(source, reader, times)
    else:
        columns["item"] = reader.ids(source.item, "item")
        expanded = _one_by_one(reader, times, types, flagged)
    row = expanded.row
    return EventColumns(
        row=row,
        line=reader.lines[row],
        sub=expanded.sub,
        time_ms=expanded.time_ms,
        type=expanded.type,
        subject=columns["subject"].take(row),
        is_visitor=source.visitor is not None,
        item=expanded.item or columns["item"].take(row),
        numbers={name: column[row] for name, column in numbers.items()},
        session=columns["session"].take(row) if source.session else None,
        event_id=columns["event_id"].take(row) if source.event_id else None,
        group=columns["group"].take(row) if source.group_by else None,
        context={name: coded.take(row) for name, coded in context.items()},
    )


def _session(reader: RowReader, cell: Cell) -> Coded:
    session = reader.text(cell)
    is_long = np.array([len(value) > _MAX_SESSION for value in session.values] + [False], np.bool_)
    if is_long.any():
        reader.refuse(
            is_long[session.codes], lambda row: f"session is longer than {_MAX_SESSION} characters"
        )
    return session


def _read_numbers(source: EventSource, reader: RowReader) -> dict[str, Floats]:
    numbers: dict[str, Floats] = {}
    if source.rating:
        numbers["rating"] = _ratings(reader, source.rating)
    bounded = (
        ("quantity", source.quantity, 1.0, 1e6),
        ("price", source.price, 0.0, 1e300),
        ("dwell_ms", source.dwell_ms, 0.0, float(_MAX_DWELL_MS)),
        ("position", source.position, 0.0, 1e5),
    )
    for name, cell, low, high in bounded:
        if cell:
            numbers[name] = reader.numbers_within(cell, name, low, high)
    for name in ("quantity", "position"):
        if name in numbers:
            _refuse_broken(reader, numbers[name], name)
    return numbers


def _refuse_broken(reader: RowReader, values: Floats, name: str) -> None:
    is_broken = ~np.isnan(values) & (values != np.rint(values))
    reader.refuse(is_broken, lambda row: f"{name} {values[row]:g} is not whole")


def _ratings(reader: RowReader, cell: Cell) -> Floats:
    if cell.scale:
        low, high = cell.scale
        values = reader.numbers_within(cell, "rating", low, high)
        return 1.0 + (values - low) * (4.0 / (high - low))
    if cell.clip:
        return np.clip(reader.numbers(cell, "rating"), 1.0, 5.0)
    return reader.numbers_within(cell, "rating", 1.0, 5.0)


def _read_types(
    source: EventSource, reader: RowReader
) -> tuple[NDArray[np.uint8], list[tuple[EventType, NDArray[np.bool_]]]]:
    """Return the type of each row, and with flags which rows are events of which type."""
    if source.flags:
        everything = np.ones(len(reader), np.bool_)
        flagged = [
            (event_type, reader.flags(column) if column else everything)
            for event_type, column in source.flags.items()
        ]
        return np.zeros(len(reader), np.uint8), flagged
    if source.type_column is None:
        assert source.type is not None
        return np.full(len(reader), source.type, np.uint8), []
    coded = reader.text(source.type_column.cell)
    known = source.type_column.values or {each.name.lower(): each for each in EventType}
    lookup = np.array([known.get(value, 0) for value in coded.values] + [0], np.uint8)
    types = lookup[coded.codes]
    reader.refuse(types == 0, lambda row: f"type {coded.at(row)!r} is not known")
    return types, []


def _refuse_unrated(
    reader: RowReader,
    types: NDArray[np.uint8],
    flagged: list[tuple[EventType, NDArray[np.bool_]]],
    numbers: dict[str, Floats],
) -> None:
    unrated = np.isnan(numbers["rating"]) if "rating" in numbers else np.ones(len(reader), np.bool_)
    is_rate = types == EventType.RATE
    for event_type, mask in flagged:
        if event_type is EventType.RATE:
            is_rate = is_rate | mask
    reader.refuse(is_rate & unrated, lambda row: "rating is missing")


def _one_by_one(
    reader: RowReader,
    times: NDArray[np.int64],
    types: NDArray[np.uint8],
    flagged: list[tuple[EventType, NDArray[np.bool_]]],
) -> Expanded:
    if flagged:
        rows = [np.flatnonzero(mask & reader.is_good) for _, mask in flagged]
        row = np.concatenate(rows)
        order_of_type = np.repeat(np.arange(len(rows)), [len(each) for each in rows])
        kinds = np.array([int(event_type) for event_type, _ in flagged], np.uint8)
        type_of = kinds[order_of_type]
        order = np.lexsort((order_of_type, row, times[row]))
        row, type_of = row[order], type_of[order]
    else:
        row = np.flatnonzero(reader.is_good)
        row = row[np.argsort(times[row], kind="stable")]
        type_of = types[row]
    return Expanded(row, _ordinals_of_line(reader.lines)[row], times[row], type_of)


def _ordinals_of_line(lines: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the position of each row among those of its line."""
    position = np.arange(len(lines), dtype=np.int64)
    is_first = np.ones(len(lines), np.bool_)
    is_first[1:] = lines[1:] != lines[:-1]
    return position - np.maximum.accumulate(np.where(is_first, position, 0))
