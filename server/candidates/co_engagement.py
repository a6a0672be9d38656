"""The co-engagement table of a model version, read by catalogue row.

Shape letters: m model items, K neighbors kept for each, H history, N asked rows, M catalogue rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.candidates.best_rows import best_rows, is_allowed
from server.core.batch import Mask, Retrieved, Rows, Scores

# Counting into every model item costs less than sorting, unless there are far more of them.
_DENSE_PER_PAIR = 16
# A request asks twice, as source and for features, and requests run interleaved.
_KEPT = 16


class _Linked(NamedTuple):
    """What a history is linked to: (n,) rows, ascending, and their scores."""

    history: Rows
    rows: Rows
    scores: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CoEngagementTable:
    """score(i) = sum of W[j, i] over the latest `history_length` distinct items j.

    The arrays of the artifact stay as they are (they may be memory-mapped); only the two maps
    between model items and catalogue rows are made when a version is loaded.

    Shapes:
        neighbors: (m, K) int32 model items, -1 past the end. weights: (m, K) float32.
        rows: (m,) int64 catalogue row of each model item, -1 if it is gone.
        positions: (M,) int32 model item of each catalogue row, -1 if the model doesn't know it.

    Attributes:
        is_in_order: the rows are all there, in ascending order.
    """

    neighbors: NDArray[np.int32]
    weights: NDArray[np.float32]
    rows: Rows
    positions: NDArray[np.int32]
    history_length: int
    is_in_order: bool
    _latest: list[_Linked] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        neighbors: NDArray[np.int32],
        weights: NDArray[np.float32],
        rows: Rows,
        history_length: int,
    ) -> CoEngagementTable:
        """Build the map from rows to model items."""
        positions = np.full(int(rows.max(initial=-1)) + 1, -1, np.int32)
        known = rows >= 0
        positions[rows[known]] = np.flatnonzero(known)
        return cls(
            neighbors,
            weights,
            rows,
            positions,
            history_length,
            is_in_order=bool(known.all() and (rows[1:] >= rows[:-1]).all()),
        )

    def top(self, history: Rows, limit: int, allowed: Mask | None = None) -> Retrieved:
        rows, scores = self._accumulate(history)
        kept = scores > 0
        if allowed is not None:
            kept &= is_allowed(rows, allowed)
        return best_rows(rows[kept], scores[kept], limit)

    def scores_for(self, history: Rows, rows: Rows) -> Scores:
        linked, scores = self._accumulate(history)
        if len(linked) == 0:
            return np.zeros(len(rows), np.float32)
        at = np.minimum(np.searchsorted(linked, rows), len(linked) - 1)
        return np.where(linked[at] == rows, scores[at], 0).astype(np.float32)

    def contributions(self, history: Rows, rows: Rows) -> NDArray[np.float32]:
        recent = history[: self.history_length]
        added = np.zeros((len(rows), len(recent)), np.float32)
        wanted, sources = self._position_of(rows), self._position_of(recent)
        asked, known = np.flatnonzero(wanted >= 0), np.flatnonzero(sources >= 0)
        if len(asked) == 0 or len(known) == 0:
            return added
        asked = asked[np.argsort(wanted[asked])]
        members = wanted[asked]
        neighbors = self.neighbors[sources[known]]
        at = np.minimum(np.searchsorted(members, neighbors), len(members) - 1)
        source, rank = np.nonzero(members[at] == neighbors)
        weights = self.weights[sources[known]][source, rank]
        np.add.at(added, (asked[at[source, rank]], known[source]), weights)
        return added

    def _accumulate(self, history: Rows) -> tuple[Rows, NDArray[np.float64]]:
        """Return the rows linked to the history, ascending, and their scores; those that were
        computed last are kept."""
        recent = history[: self.history_length]
        for kept in self._latest:
            if np.array_equal(kept.history, recent):
                return kept.rows, kept.scores
        rows, scores = self._linked_to(recent)
        self._latest.append(_Linked(recent, rows, scores))
        del self._latest[:-_KEPT]
        return rows, scores

    def _linked_to(self, history: Rows) -> tuple[Rows, NDArray[np.float64]]:
        known = self._position_of(history)
        known = known[known >= 0]
        neighbors, weights = self.neighbors[known].ravel(), self.weights[known].ravel()
        if len(self.rows) <= _DENSE_PER_PAIR * len(neighbors):
            # Past the end is -1: a place before all others takes what is there.
            sums = np.bincount(neighbors + 1, weights, minlength=len(self.rows) + 1)[1:]
            linked = np.flatnonzero(sums != 0)
            sums = sums[linked]
        else:
            linked, place = np.unique(neighbors, return_inverse=True)
            sums = np.bincount(place, weights, minlength=len(linked))
            first = int(np.searchsorted(linked, 0))
            linked, sums = linked[first:], sums[first:]
        rows = self.rows[linked]
        if not self.is_in_order:
            order = np.argsort(rows)
            order = order[np.searchsorted(rows, 0, sorter=order) :]
            rows, sums = rows[order], sums[order]
        return rows, sums.astype(np.float64, copy=False)

    def _position_of(self, rows: Rows) -> NDArray[np.int32]:
        if len(self.positions) == 0:
            return np.full(len(rows), -1, np.int32)
        inside = (rows >= 0) & (rows < len(self.positions))
        return np.where(inside, self.positions[np.where(inside, rows, 0)], np.int32(-1))
