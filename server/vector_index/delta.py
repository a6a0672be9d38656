"""Vectors added since an index was built: few, searched exactly.

Shape letters: E entries ever added, D dimensions, n given or asked rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Rows

_FIRST_CAPACITY = 64


@dataclass(frozen=True, slots=True)
class Delta:
    """An immutable view; later versions share the buffer, of which each sees its own beginning.

    Shapes:
        rows_E: (E,) int64, -1 for entries that were replaced or removed.
        buffer: (capacity, D) float32, capacity >= E; only `extended` of the newest view writes.
        entry_of_row: (R,) int32 entry of each row, -1 none; rows past its end have none.
    """

    rows_E: Rows
    buffer: NDArray[np.float32]
    entry_of_row: NDArray[np.int32]

    @classmethod
    def empty(cls, dimension: int) -> Delta:
        buffer = np.empty((_FIRST_CAPACITY, dimension), np.float32)
        return cls(np.empty(0, np.int64), buffer, np.empty(0, np.int32))

    @property
    def vectors(self) -> NDArray[np.float32]:
        return self.buffer[: len(self.rows_E)]

    @property
    def live_count(self) -> int:
        return int((self.rows_E >= 0).sum())

    def entries(self, rows: Rows) -> NDArray[np.int32]:
        """Return (n,) entries, -1 for rows that have none."""
        inside = (rows >= 0) & (rows < len(self.entry_of_row))
        if not inside.any():
            return np.full(len(rows), -1, np.int32)
        return np.where(inside, self.entry_of_row[np.where(inside, rows, 0)], np.int32(-1))

    def without(self, rows: Rows) -> Delta:
        """Return the view without rows; unknown ones are ignored."""
        entries = self.entries(rows)
        known = entries >= 0
        if not known.any():
            return self
        rows_E, entry_of_row = self.rows_E.copy(), self.entry_of_row.copy()
        rows_E[entries[known]] = -1
        entry_of_row[rows[known]] = -1
        return Delta(rows_E, self.buffer, entry_of_row)

    def extended(self, rows: Rows, vectors_nD: NDArray[np.float32]) -> Delta:
        """Return the view with rows (n,) added or replaced."""
        if len(rows) == 0:
            return self
        kept = self.without(rows)
        start, end = len(kept.rows_E), len(kept.rows_E) + len(rows)
        buffer = _grown(kept.buffer, end)
        buffer[start:end] = vectors_nD
        entry_of_row = kept.entry_of_row
        size = max(len(entry_of_row), int(rows.max()) + 1)
        grown = np.full(size, -1, np.int32)
        grown[: len(entry_of_row)] = entry_of_row
        grown[rows] = np.arange(start, end, dtype=np.int32)
        return Delta(np.concatenate([kept.rows_E, rows]), buffer, grown)

    def search(
        self, query_D: NDArray[np.float32], allowed: Mask | None
    ) -> tuple[Rows, NDArray[np.float32]]:
        """Return all live, allowed rows with their scores, in no order."""
        live_E = self.rows_E >= 0
        if allowed is not None:
            inside_E = live_E & (self.rows_E < len(allowed))
            live_E = (
                inside_E & allowed[np.where(inside_E, self.rows_E, 0)]
                if len(allowed)
                else (np.zeros_like(live_E))
            )
        return self.rows_E[live_E], (self.vectors @ query_D)[live_E]


def _grown(buffer: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    if size <= len(buffer):
        return buffer
    grown = np.empty((max(size, 2 * len(buffer)), buffer.shape[1]), np.float32)
    grown[: len(buffer)] = buffer
    return grown
