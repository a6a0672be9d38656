"""Picks the value of an item or user among its rows, and turns it into an attribute value.

Shape legend: R rows of the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.batch.importing.reader import Coded, Floats, RowReader
from server.batch.importing.times import MISSING, read_times
from server.batch.mapping.language import AttributeCell, Cell, Pick, TimeCell, TimeKind
from server.catalog.item import AttributeType
from server.core.item_columns import AttributeValue

Rows = NDArray[np.intp]

MAX_TEXT = 10_000
MAX_STRINGS, MAX_STRING_OF_SET = 200, 256


@dataclass(frozen=True, slots=True)
class TextColumn:
    """Text of which a row is picked."""

    coded: Coded
    pick: Pick

    def value(self, rows: Rows) -> str:
        """Return the picked text, empty if no row has one; ties go to the first row."""
        codes = self.coded.codes[rows]
        codes = codes[codes >= 0]
        if len(codes) == 0:
            return ""
        if self.pick is Pick.MOST_FREQUENT:
            return self.coded.values[Counter(codes.tolist()).most_common(1)[0][0]]
        return self.coded.values[int(codes[-1 if self.pick is Pick.LAST else 0])]


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """Numbers of which a row is picked, or their median."""

    numbers: Floats
    pick: Pick

    def value(self, rows: Rows) -> float | None:
        """Return the picked number, None if no row has one."""
        values = self.numbers[rows]
        values = values[~np.isnan(values)]
        if len(values) == 0:
            return None
        if self.pick is Pick.MEDIAN:
            return float(np.median(values))
        if self.pick is Pick.MOST_FREQUENT:
            return float(Counter(values.tolist()).most_common(1)[0][0])
        return float(values[-1 if self.pick is Pick.LAST else 0])


@dataclass(frozen=True, slots=True)
class SetColumn:
    """Sets of strings by the text they were split from."""

    text: TextColumn
    sets: dict[str, tuple[str, ...]]

    def value(self, rows: Rows) -> tuple[str, ...]:
        return self.sets[self.text.value(rows)]


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """Times of which the first known one counts, or the earliest."""

    times: NDArray[np.int64]
    is_earliest: bool = False

    def value(self, rows: Rows) -> int | None:
        """Return milliseconds, None if no row has a time."""
        times = self.times[rows]
        times = times[times != MISSING]
        if len(times) == 0:
            return None
        return int(times.min() if self.is_earliest else times[0])


AttributeColumn = TextColumn | NumberColumn | SetColumn | TimeColumn


def text_column(
    reader: RowReader, cell: Cell | None, what: str, max_length: int = MAX_TEXT
) -> TextColumn | None:
    """Return a text column whose rows are no longer than allowed; None without a cell."""
    if cell is None:
        return None
    coded = reader.text(cell)
    is_long = np.array([len(value) > max_length for value in coded.values] + [False], np.bool_)
    if is_long.any():
        reader.refuse(
            is_long[coded.codes], lambda row: f"{what} is longer than {max_length} characters"
        )
    return TextColumn(coded, cell.pick)


def time_column(
    reader: RowReader, cell: TimeCell | None, what: str, dates: NDArray[np.int64] | None = None
) -> TimeColumn | None:
    """Return a time column; `dates` are the rows' own, for the earliest. None without a cell."""
    if cell is None:
        return None
    if cell.kind is TimeKind.EARLIEST:
        assert dates is not None
        return TimeColumn(dates, is_earliest=True)
    return TimeColumn(read_times(reader, cell, what))


def attribute_columns(
    cells: Sequence[AttributeCell], reader: RowReader
) -> dict[str, AttributeColumn]:
    """Return the columns of all attributes by name."""
    return {each.attribute.name: _attribute_column(each, reader) for each in cells}


def attributes_of(columns: dict[str, AttributeColumn], rows: Rows) -> dict[str, AttributeValue]:
    """Return the attribute values of one entity; those it lacks are absent."""
    attributes: dict[str, AttributeValue] = {}
    for name, column in columns.items():
        value = column.value(rows)
        if value is None or value == "" or value == ():
            continue
        attributes[name] = float(value) if isinstance(value, int) else value
    return attributes


def _attribute_column(each: AttributeCell, reader: RowReader) -> AttributeColumn:
    name, cell = each.attribute.name, each.cell
    if each.attribute.type is AttributeType.NUMBER:
        return NumberColumn(reader.numbers(cell, name), cell.pick)
    if each.attribute.type is AttributeType.TIMESTAMP:
        time = TimeCell(kind=TimeKind.COLUMN, column=cell.column)
        return TimeColumn(read_times(reader, time, name))
    column = text_column(reader, cell, name)
    assert column is not None
    if each.attribute.type is AttributeType.STRINGS:
        return _set_column(reader, column, cell, name)
    return column


def _set_column(reader: RowReader, column: TextColumn, cell: Cell, name: str) -> SetColumn:
    separator = cell.separator or "|"
    values = column.coded.values
    sets = {text: _split(text, separator, cell.missing) for text in values}
    is_wrong = np.array([not _fits(sets[text]) for text in values] + [False], np.bool_)
    if is_wrong.any():
        reader.refuse(
            is_wrong[column.coded.codes],
            lambda row: (
                f"{name} has more than {MAX_STRINGS} strings, or one of more than "
                f"{MAX_STRING_OF_SET} characters"
            ),
        )
    return SetColumn(column, {**sets, "": ()})


def _split(text: str, separator: str, missing: tuple[str, ...]) -> tuple[str, ...]:
    parts = (part.strip() for part in text.split(separator))
    return tuple(dict.fromkeys(part for part in parts if part and part not in missing))


def _fits(values: tuple[str, ...]) -> bool:
    return len(values) <= MAX_STRINGS and all(len(each) <= MAX_STRING_OF_SET for each in values)
