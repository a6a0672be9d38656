"""Candidates as columns: the one data structure every pipeline stage reads and returns.

Shape letters: N candidates, S pipeline sources.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Scores: TypeAlias = NDArray[np.float32]
Column: TypeAlias = NDArray[Any]

_MARKED_PER_ROW = 16


class Retrieved(NamedTuple):
    """What one source found, best first.

    Shapes:
        rows: (n,) int64 item rows, unique.
        scores: (n,) float32 in the source's own scale, higher is better.
        measure: the column that would hold these very scores for any candidate; empty: none.
    """

    rows: Rows
    scores: Scores
    measure: str = ""

    @classmethod
    def nothing(cls) -> Retrieved:
        return cls(np.empty(0, np.int64), np.empty(0, np.float32))


@dataclass(frozen=True, slots=True)
class CandidateBatch:
    """N candidate items; index i of every column describes the same item.

    Shapes:
        items: (N,) int64 item rows, unique.
        sources: (N,) uint32 bit set; bit s is set when pipeline source s retrieved the item.
        scores: (N,) float32 score of the latest scoring stage, higher is better.
        columns: name -> (N, ...) arrays added by hydrators. `merge` adds `source_scores` (N, S)
            float32, NaN where source s did not find the item, and `source_ranks` (N, S) int32,
            -1 there; and the column of each source's measure, NaN there.
    """

    items: Rows
    sources: NDArray[np.uint32]
    scores: Scores
    columns: Mapping[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.items)

    def take(self, index: Mask | NDArray[np.intp]) -> CandidateBatch:
        """Return the rows selected by a keep-mask, or by positions in a new order."""
        places = np.flatnonzero(index) if index.dtype == np.bool_ else index
        columns = {name: column.take(places, axis=0) for name, column in self.columns.items()}
        return CandidateBatch(
            self.items.take(places), self.sources.take(places), self.scores.take(places), columns
        )

    def with_columns(self, columns: Mapping[str, Column]) -> CandidateBatch:
        columns = {**self.columns, **columns}
        return CandidateBatch(self.items, self.sources, self.scores, columns)

    def with_scores(self, scores: Scores) -> CandidateBatch:
        return CandidateBatch(self.items, self.sources, scores, self.columns)

    def top(self, k: int) -> CandidateBatch:
        """Return the k best rows, best first; non-finite scores rank last, ties by item row."""
        ranking = np.where(np.isfinite(self.scores), self.scores, np.float32(-np.inf))
        if not 0 < k < len(self):
            return self.take(np.lexsort((self.items, -ranking))[:k])
        # Only those that may be among them, ties at the border included, are sorted.
        least = np.partition(ranking, len(self) - k)[len(self) - k]
        places = np.flatnonzero(ranking >= least)
        order = np.lexsort((self.items[places], -ranking[places]))
        return self.take(places[order[:k]])

    @classmethod
    def of_items(cls, items: Rows) -> CandidateBatch:
        """A batch of given items that no source retrieved."""
        count = len(items)
        return cls(items, np.zeros(count, np.uint32), np.zeros(count, np.float32))

    @classmethod
    def merge(cls, retrieved: Sequence[Retrieved]) -> CandidateBatch:
        """Union the rows of each source; the position in `retrieved` is the source's bit."""
        if not retrieved:
            return cls.of_items(np.empty(0, np.int64))
        items, position = _distinct(np.concatenate([each.rows for each in retrieved]))
        shape = len(items), len(retrieved)
        source_scores = np.full(shape, np.nan, np.float32)
        source_ranks = np.full(shape, -1, np.int32)
        sources = np.zeros(len(items), np.uint32)
        start = 0
        for number, each in enumerate(retrieved):
            if len(each.rows) == 0:
                continue
            at = position[start : start + len(each.rows)]
            start += len(each.rows)
            source_scores[at, number] = each.scores
            source_ranks[at, number] = np.arange(len(at), dtype=np.int32)
            # A source finds an item once.
            sources[at] |= np.uint32(1 << number)
        columns = {"source_scores": source_scores, "source_ranks": source_ranks}
        for number, each in enumerate(retrieved):
            if each.measure:
                columns[each.measure] = source_scores[:, number].copy()
        return cls(items, sources, np.zeros(len(items), np.float32), columns)


def _distinct(rows: Rows) -> tuple[Rows, NDArray[np.intp]]:
    """Return the distinct rows, ascending, and each row's place among them."""
    size = int(rows.max(initial=-1)) + 1
    if size > _MARKED_PER_ROW * len(rows):
        items, position = np.unique(rows, return_inverse=True)
        return items, position
    # Marking them in a small catalogue takes less time than sorting.
    is_found = np.zeros(size, np.bool_)
    is_found[rows] = True
    items = np.flatnonzero(is_found)
    place = np.empty(size, np.intp)
    place[items] = np.arange(len(items))
    return items, place.take(rows)
