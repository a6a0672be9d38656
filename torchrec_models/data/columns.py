"""Columns of a snapshot: attributes of items and users, and dictionary-encoded event columns.

Shape legend: E events, N entities (items or users).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

AttributeKind = Literal["string", "strings", "number", "timestamp", "text"]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of all entities; exactly one of `strings` and `numbers` is filled.

    A missing string is an empty tuple, a missing number is NaN. Timestamps are milliseconds.
    """

    kind: AttributeKind
    strings: list[tuple[str, ...]] | None
    number_N: FloatArray | None

    def padded_to(self, size: int) -> Attribute:
        """Return the column with missing values appended up to `size` entities."""
        if self.strings is not None:
            missing: list[tuple[str, ...]] = [()] * (size - len(self.strings))
            return Attribute(self.kind, self.strings + missing, None)
        assert self.number_N is not None
        padding = np.full(size - len(self.number_N), np.nan)
        return Attribute(self.kind, None, np.concatenate([self.number_N, padding]))


@dataclass(frozen=True, slots=True)
class Categories:
    """A dictionary-encoded string column; code -1 is a missing value."""

    code_E: npt.NDArray[np.int32]
    values: list[str]

    def take(self, rows: npt.NDArray[Any]) -> Categories:
        """Return the rows of a mask or index array, with the same dictionary."""
        return Categories(self.code_E[rows], self.values)


def read_categories(column: pa.ChunkedArray) -> Categories:
    """Encode a string column; null and the empty string are both missing."""
    encoded = column.combine_chunks().dictionary_encode()
    values = [value or "" for value in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    if "" in values:
        codes = np.where(codes == values.index(""), -1, codes).astype(np.int32)
    return Categories(codes, values)


def read_attribute(column: pa.ChunkedArray, kind: AttributeKind) -> Attribute:
    """Read one `attr.` column by its declared kind."""
    if kind in ("number", "timestamp"):
        return Attribute(kind, None, times_or_nan(column))
    values = column.to_pylist()
    if kind == "strings":
        return Attribute(kind, [tuple(v for v in value or () if v) for value in values], None)
    return Attribute(kind, [(value,) if value else () for value in values], None)


def times_or_nan(column: pa.ChunkedArray) -> FloatArray:
    """Return a numeric column as float64 with NaN for null."""
    numbers: FloatArray = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.array(numbers, dtype=np.float64)
