"""The catalogue as columns: one immutable view that a request pins.

Shape letters: M rows allocated so far (deleted ones included), V distinct values, L list entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Rows

AttributeValue: TypeAlias = str | tuple[str, ...] | float
"""string and text: str; strings: tuple; number: float; timestamp: float milliseconds."""


@dataclass(frozen=True, slots=True)
class StringColumn:
    """One string a row. Shapes: codes (M,) int32 index into `values`, -1 missing."""

    codes: NDArray[np.int32]
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class StringsColumn:
    """A set of strings a row: `codes[starts[r] : starts[r] + lengths[r]]`.

    Shapes: starts (M,) int64; lengths (M,) int32; codes (L,) int32 index into `values`.
    """

    starts: NDArray[np.int64]
    lengths: NDArray[np.int32]
    codes: NDArray[np.int32]
    values: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemColumns:
    """Everything the pipeline knows of items, by row.

    `ids` and `row_of` are shared and only grow; rows past `size` are not part of this view.
    `row_of` holds items that are not deleted.

    Shapes:
        active: (M,) bool: not deleted and state ACTIVE.
        available_ms, expire_ms: (M,) int64 window in which the item may be shown (open bounds are
            the int64 limits). create_ms: (M,) int64.
        numbers: attribute -> (M,) float64, NaN missing; timestamps as milliseconds.
    """

    size: int
    version: int
    ids: Sequence[str]
    titles: Sequence[str]
    row_of: Mapping[str, int]
    active: Mask
    available_ms: NDArray[np.int64]
    expire_ms: NDArray[np.int64]
    create_ms: NDArray[np.int64]
    strings: Mapping[str, StringColumn] = field(default_factory=dict)
    string_sets: Mapping[str, StringsColumn] = field(default_factory=dict)
    numbers: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def rows(self, item_ids: Sequence[str]) -> Rows:
        """Return (len(item_ids),) rows, -1 for unknown, deleted or newer than this view."""
        found = np.fromiter(
            (self.row_of.get(item_id, -1) for item_id in item_ids), np.int64, len(item_ids)
        )
        found[found >= self.size] = -1
        return found

    def known_rows(self, item_ids: Sequence[str]) -> Rows:
        """Return the rows of the known ids, in their order."""
        if not item_ids:
            return np.empty(0, np.int64)
        found = self.rows(item_ids)
        return np.compress(found >= 0, found)

    def showable(self, rows: Rows, now_ms: int) -> Mask:
        """Return which rows may be shown at `now_ms`; rows outside this view may not."""
        # Read as unsigned, a negative row is larger than any.
        inside = rows.view(np.uint64) < self.size
        if self.size == 0:
            return inside
        shown: Mask = (
            inside
            & self.active.take(rows, mode="clip")
            & (self.available_ms.take(rows, mode="clip") <= now_ms)
            & (now_ms < self.expire_ms.take(rows, mode="clip"))
        )
        return shown
