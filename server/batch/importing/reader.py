"""Turns the text columns of a table into numbers, times and ids; rows that don't fit are refused.

Shape legend: R rows of the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from server.batch.ids import MAX_LENGTH, encode_id
from server.batch.importing.rejects import Reject
from server.batch.importing.tables import SourceFileError, SourceTable
from server.batch.mapping.language import Cell
from server.batch.mapping.section import suggestion

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_TRUE = frozenset({"1", "true", "t", "yes", "y", "1.0"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "0.0", ""})


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column by dictionary. Shapes: codes (R,) int32, -1 missing; `values` distinct."""

    codes: NDArray[np.int32]
    values: list[str]

    def take(self, rows: NDArray[np.intp]) -> Coded:
        return Coded(self.codes[rows], self.values)

    def at(self, row: int) -> str:
        """Return the value of a row, empty if missing."""
        code = self.codes[row]
        return self.values[code] if code >= 0 else ""


class RowReader:
    """Reads cells of one table; remembers the first reason against each row."""

    def __init__(self, source: SourceTable, section: str) -> None:
        self._source = source
        self._section = section
        self._reasons: dict[int, str] = {}
        self.is_good: Mask = np.ones(len(source), np.bool_)

    def __len__(self) -> int:
        return len(self._source)

    @property
    def lines(self) -> NDArray[np.int64]:
        return self._source.lines

    def refuse(self, mask: Mask, reason: Callable[[int], str]) -> None:
        """Refuse the rows of a mask that are still good."""
        rows = np.flatnonzero(mask & self.is_good)
        for row in rows:
            self._reasons[int(row)] = reason(int(row))
        self.is_good[rows] = False

    def leave_out(self, mask: Mask) -> None:
        """Take rows out without a reason: they are of no concern, not wrong."""
        self.is_good &= ~mask

    def rejects(self) -> list[Reject]:
        """Return the refused rows."""
        source = self._source
        return [
            Reject(int(source.lines[row]), reason, source.texts(row))
            for row, reason in self._reasons.items()
        ]

    def column(self, name: str) -> pa.ChunkedArray:
        """Return a column as the file has it.

        Raises:
            SourceFileError: the file has no such column.
        """
        names = self._source.table.column_names
        if name not in names:
            raise SourceFileError(
                f"{self._source.file}: has no column {name!r}, which [{self._section}] names; "
                + suggestion(name, names)
            )
        return self._source.table.column(name)

    def text(self, cell: Cell) -> Coded:
        """Return a cell's text, pattern applied; -1 where missing."""
        column = self.column(cell.column)
        if pa.types.is_timestamp(column.type):
            column = pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")
        if pa.types.is_list(column.type):
            column = pc.binary_join(column, cell.separator or "|")
        encoded = column.combine_chunks().dictionary_encode()
        raw = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        values = [_cut(value or "", cell) for value in encoded.dictionary.to_pylist()]
        return _recode(raw, values)

    def ids(self, cell: Cell, what: str) -> Coded:
        """Return ids that follow the id rule; rows where there can be none are refused."""
        raw = self.text(cell)
        encoded = [encode_id(value) for value in raw.values]
        is_long = np.array([value is None for value in encoded], np.bool_)
        self.refuse(raw.codes < 0, lambda row: f"{what} is missing ({cell.column})")
        if is_long.any():
            self.refuse(
                is_long[raw.codes] & (raw.codes >= 0),
                lambda row: f"{what} is longer than {MAX_LENGTH} characters ({cell.column})",
            )
        return Coded(raw.codes, [value or "" for value in encoded])

    def numbers(self, cell: Cell, what: str) -> Floats:
        """Return (R,) float64, NaN where missing; rows with another text are refused."""
        text = self._numeric_text(cell)
        try:
            parsed = pc.cast(pc.replace_with_mask(text, pc.equal(text, ""), "nan"), pa.float64())
            values: Floats = parsed.to_numpy()
        except pa.ArrowInvalid:
            values = self._checked_numbers(text, cell, what)
        # "inf" and the like parse, but are no values.
        is_infinite = np.isinf(values)
        if is_infinite.any():
            self.refuse(is_infinite, lambda row: f"{what} is not finite ({cell.column})")
        return values * cell.multiply if cell.multiply != 1.0 else values

    def _numeric_text(self, cell: Cell) -> pa.Array:
        if cell.pattern or cell.missing:
            coded = self.text(cell)
            texts = np.array([*coded.values, ""], dtype=object)
            return pa.array(texts[coded.codes], pa.string())
        return self.column(cell.column).combine_chunks()

    def _checked_numbers(self, text: pa.Array, cell: Cell, what: str) -> Floats:
        is_empty = pc.equal(text, "")
        is_number = pc.match_substring_regex(text, _NUMBER)
        wrong = pc.invert(pc.or_(is_number, is_empty)).to_numpy(zero_copy_only=False)
        self.refuse(wrong, lambda row: f"{what} {_short(text[row])} is not a number")
        cleaned = pc.if_else(is_number, text, "nan")
        values: Floats = pc.cast(cleaned, pa.float64()).to_numpy()
        return values

    def numbers_within(self, cell: Cell, what: str, low: float, high: float) -> Floats:
        """Return numbers as `numbers` does; rows outside [low, high] are refused."""
        values = self.numbers(cell, what)
        outside = (values < low) | (values > high)
        if outside.any():
            self.refuse(
                outside, lambda row: f"{what} {values[row]:g} is not within {low:g} to {high:g}"
            )
        return values

    def flags(self, column: str) -> Mask:
        """Return which rows are true; rows that are neither true nor false are refused."""
        coded = self.text(Cell(column=column))
        lowered = [value.lower() for value in coded.values] + [""]
        is_true = np.array([value in _TRUE for value in lowered], np.bool_)
        is_known = is_true | np.array([value in _FALSE for value in lowered], np.bool_)
        if not is_known.all():
            self.refuse(
                ~is_known[coded.codes],
                lambda row: f"{column} {coded.at(row)!r} is neither true nor false",
            )
        known: Mask = is_true[coded.codes]
        return known


def _cut(value: str, cell: Cell) -> str:
    if value in cell.missing:
        return ""
    if cell.pattern:
        found = re.search(cell.pattern, value)
        value = (found.group(1) or "") if found else ""
    return value.strip()


def _recode(raw: NDArray[np.int32], values: list[str]) -> Coded:
    """Merge values that have become equal; the empty one is missing."""
    distinct: dict[str, int] = {}
    for value in values:
        if value:
            distinct.setdefault(value, len(distinct))
    lookup = np.array([distinct.get(value, -1) for value in values] + [-1], np.int32)
    return Coded(lookup[raw], list(distinct))


def _short(value: pa.Scalar) -> str:
    return repr(str(value.as_py())[:40])
