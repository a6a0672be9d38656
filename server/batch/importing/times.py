"""Reads times in the formats of the mapping language as milliseconds since 1970.

Shape legend: R rows of the table.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from server.batch.importing.reader import RowReader
from server.batch.mapping.language import Cell, TimeCell, TimeKind

MISSING = np.iinfo(np.int64).min
# Seconds since 1970 have eleven digits until the year 5138.
_LEAST_MS = 1e11
_EARLIEST_MS = -62_135_596_800_000
_LATEST_MS = 253_402_300_799_999


def read_times(reader: RowReader, cell: TimeCell, what: str) -> NDArray[np.int64]:
    """Return (R,) int64 milliseconds, `MISSING` where the file has none.

    Rows whose time can't be read, or lies outside the years 1 to 9999, are refused.
    """
    if cell.kind is TimeKind.CONSTANT:
        return np.full(len(reader), cell.constant_ms, np.int64)
    if cell.kind is TimeKind.ROW_ORDER:
        # By line, so that refused rows don't move the others.
        times: NDArray[np.int64] = cell.start_ms + reader.lines * cell.step_ms
        return times
    column = reader.column(cell.column)
    if pa.types.is_timestamp(column.type):
        return _from_timestamps(column)
    if cell.format in ("unix_s", "unix_ms"):
        numbers = reader.numbers(Cell(column=cell.column), what)
        return _bounded(reader, numbers * (1000 if cell.format == "unix_s" else 1), what)
    return _from_text(reader, cell, what)


def _from_timestamps(column: pa.ChunkedArray) -> NDArray[np.int64]:
    numbers = column.cast(pa.int64()).combine_chunks().fill_null(int(MISSING))
    times: NDArray[np.int64] = numbers.to_numpy(zero_copy_only=False)
    return times


def _bounded(reader: RowReader, values: NDArray[np.float64], what: str) -> NDArray[np.int64]:
    is_missing = np.isnan(values)
    outside = (values < _EARLIEST_MS) | (values > _LATEST_MS)
    if outside.any():
        reader.refuse(outside, lambda row: f"{what} {values[row]:g} is no time")
    usable = np.where(is_missing | outside, 0, values)
    return np.where(is_missing | outside, MISSING, np.rint(usable).astype(np.int64))


def _from_text(reader: RowReader, cell: TimeCell, what: str) -> NDArray[np.int64]:
    coded = reader.text(Cell(column=cell.column))
    parsed = [parse_time(value, cell.format) for value in coded.values]
    is_wrong = np.array([value is None for value in parsed] + [False], np.bool_)
    if is_wrong.any():
        reader.refuse(
            is_wrong[coded.codes],
            lambda row: f"{what} {coded.at(row)[:40]!r} is no time ({cell.format})",
        )
    times = np.array([MISSING if value is None else value for value in [*parsed, None]], np.int64)
    found: NDArray[np.int64] = times[coded.codes]
    return found


def parse_time(text: str, time_format: str = "auto") -> int | None:
    """Return milliseconds since 1970 for one text, None if it is no time; UTC if it names none."""
    try:
        if time_format != "auto":
            moment = datetime.strptime(text, time_format)
        elif _is_number(text):
            number = float(text)
            milliseconds = number if abs(number) >= _LEAST_MS else number * 1000
            return round(milliseconds) if _EARLIEST_MS <= milliseconds <= _LATEST_MS else None
        else:
            moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()
