"""A snapshot put to use for a catalogue: the row of each position, and what changed since.

Shape letters: P positions, R rows, n asked rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import faiss
import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Retrieved, Rows
from server.core.row_set import are_inside
from server.vector_index.delta import Delta
from server.vector_index.search_effort import widened
from server.vector_index.snapshot import IndexSnapshot


@dataclass(frozen=True, slots=True)
class RowView:
    """Immutable: every write makes a new one, and a search keeps the one it began with.

    Shapes:
        rows_P: (P,) int64 row of each position, -1 for none.
        position_of_row: (R,) int32 live position, -1 for rows that have none.
        live_P: (P,) bool: positions that still hold their row's vector.
    """

    snapshot: IndexSnapshot
    rows_P: Rows
    position_of_row: NDArray[np.int32]
    live_P: Mask
    live_count: int
    is_identity: bool
    delta: Delta

    @classmethod
    def of(cls, snapshot: IndexSnapshot, rows_P: Rows) -> RowView:
        """Put a snapshot to use; negative rows and zero vectors are not found."""
        live_P = (rows_P >= 0) & ~snapshot.empty_P
        size = int(rows_P.max(initial=-1)) + 1
        position_of_row = np.full(size, -1, np.int32)
        position_of_row[rows_P[live_P]] = np.flatnonzero(live_P)
        return cls(
            snapshot,
            rows_P,
            position_of_row,
            live_P,
            int(live_P.sum()),
            bool(np.array_equal(rows_P, np.arange(len(rows_P)))),
            Delta.empty(snapshot.report.dimension),
        )

    def __len__(self) -> int:
        return self.live_count + self.delta.live_count

    @property
    def changed(self) -> int:
        """Return how many positions are dead weight or outside the snapshot."""
        return len(self.rows_P) - self.live_count + len(self.delta.rows_E)

    def positions(self, rows: Rows) -> NDArray[np.int32]:
        """Return (n,) live positions, -1 for rows without one."""
        if are_inside(rows, len(self.position_of_row)):
            return self.position_of_row.take(rows)
        found = np.full(len(rows), -1, np.int32)
        inside = (rows >= 0) & (rows < len(self.position_of_row))
        found[inside] = self.position_of_row[rows[inside]]
        return found

    def without(self, rows: Rows) -> RowView:
        return replace(self._without_positions(rows), delta=self.delta.without(rows))

    def extended(self, rows: Rows, vectors_nD: NDArray[np.float32]) -> RowView:
        """Return the view with rows added or replaced; zero vectors remove their rows."""
        present = vectors_nD.any(axis=1)
        delta = self.delta.without(rows[~present]).extended(rows[present], vectors_nD[present])
        return replace(self._without_positions(rows), delta=delta)

    def _without_positions(self, rows: Rows) -> RowView:
        positions = self.positions(rows)
        positions = np.unique(positions[positions >= 0])
        if len(positions) == 0:
            return self
        live_P, position_of_row = self.live_P.copy(), self.position_of_row.copy()
        live_P[positions] = False
        position_of_row[self.rows_P[positions]] = -1
        return replace(
            self,
            live_P=live_P,
            live_count=self.live_count - len(positions),
            position_of_row=position_of_row,
        )

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """Return (n, D), zero for rows without a vector."""
        positions = self.positions(rows)
        if positions.min(initial=0) >= 0:
            return self.snapshot.store.decode(positions)
        found_nD = np.zeros((len(rows), self.snapshot.report.dimension), np.float32)
        found_nD[positions >= 0] = self.snapshot.store.decode(positions[positions >= 0])
        entries = self.delta.entries(rows)
        found_nD[entries >= 0] = self.delta.vectors[entries[entries >= 0]]
        return found_nD

    def scores(self, rows: Rows, query_D: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n,) inner products, 0 for rows without a vector."""
        positions = self.positions(rows)
        if positions.min(initial=0) >= 0:
            return self.snapshot.store.scores(positions, query_D)
        found_n = np.zeros(len(rows), np.float32)
        found_n[positions >= 0] = self.snapshot.store.scores(positions[positions >= 0], query_D)
        entries = self.delta.entries(rows)
        found_n[entries >= 0] = self.delta.vectors[entries[entries >= 0]] @ query_D
        return found_n

    def search(
        self, query_D: NDArray[np.float32], k: int, allowed: Mask | None, exact_limit: int
    ) -> Retrieved:
        """Return at most k rows, best first, ties by row."""
        positions, scores = self._search_snapshot(query_D, k, allowed, exact_limit)
        rows = self.rows_P[positions]
        if len(self.delta.rows_E):
            added_rows, added_scores = self.delta.search(query_D, allowed)
            rows = np.concatenate([rows, added_rows])
            scores = np.concatenate([scores, added_scores])
        if len(rows) > k:
            best = np.argpartition(-scores, k - 1)[:k]
            rows, scores = rows[best], scores[best]
        order = np.lexsort((rows, -scores))
        return Retrieved(rows[order], scores[order].astype(np.float32, copy=False))

    def _search_snapshot(
        self, query_D: NDArray[np.float32], k: int, allowed: Mask | None, exact_limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        count = len(self.rows_P)
        if self.live_count == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if allowed is None and self.live_count == count:
            return self.snapshot.search(query_D, min(k, count))
        kept_P = self.live_P if allowed is None else self.live_P & self._allowed_positions(allowed)
        kept_count = int(np.count_nonzero(kept_P))
        if kept_count <= max(exact_limit, k):
            positions = np.flatnonzero(kept_P)
            return positions, self.snapshot.store.scores(positions, query_D)
        bits = np.packbits(kept_P, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
        report = self.snapshot.report
        effort = widened(report.effort, report.kind, kept_count / count)
        return self.snapshot.search(query_D, k, effort=effort, selector=selector)

    def _allowed_positions(self, allowed: Mask) -> Mask:
        count = len(self.rows_P)
        if self.is_identity and len(allowed) >= count:
            return allowed[:count]
        inside = (self.rows_P >= 0) & (self.rows_P < len(allowed))
        if len(allowed) == 0:
            return np.zeros(count, np.bool_)
        kept: Mask = inside & allowed[np.where(inside, self.rows_P, 0)]
        return kept
