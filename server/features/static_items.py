"""Embedding columns that depend on the item alone, kept ready by row.

Shape letters: M rows kept, N asked rows, W columns of all static features.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.feature_spec import BordersEncoder, EmbeddingFeature
from server.core.item_columns import ItemColumns
from server.features.candidate_scope import ItemScope, ItemValues
from server.features.encoders import EmbeddingLookup

_CHUNK = 8192


def is_static(feature: EmbeddingFeature) -> bool:
    """Tell whether a feature changes only when its item does (numbers may depend on time)."""
    return feature.raw.startswith("item.") and not isinstance(feature.encoder, BordersEncoder)


class StaticItemColumns:
    """The concatenated static embeddings of rows; computed once, again after an item changes.

    Above `limit_bytes` nothing is kept and every call looks up anew: a large catalogue's block
    would cost more memory than its tables. Calls come from one thread.
    """

    def __init__(
        self, lookups: Sequence[EmbeddingLookup], values: ItemValues, *, limit_bytes: int
    ) -> None:
        self._lookups = tuple(lookups)
        self._values = values
        self._limit_bytes = limit_bytes
        self.width = sum(lookup.feature.dimension for lookup in lookups)
        self._block_MW = np.empty((0, self.width), np.float32)
        self._is_ready_M = np.empty(0, np.bool_)

    def of(self, items: ItemColumns, rows: Rows) -> NDArray[np.float32]:
        """Return (N, W); rows are inside the view."""
        if not self._keeps(items.size):
            return self._embed(items, rows)
        self._grow(items.size)
        ready_N = self._is_ready_M.take(rows)
        if not ready_N.all():
            late = rows[~ready_N]
            self._block_MW[late] = self._embed(items, late)
            self._is_ready_M[late] = True
        return self._block_MW.take(rows, axis=0)

    def warm_up(self, items: ItemColumns) -> None:
        """Compute the columns of all rows, if they are to be kept; blocking."""
        if self._keeps(items.size):
            for start in range(0, items.size, _CHUNK):
                self.of(items, np.arange(start, min(start + _CHUNK, items.size)))

    def forget(self, rows: Rows) -> None:
        """Compute these rows again when they are next asked for."""
        self._is_ready_M[rows[rows < len(self._is_ready_M)]] = False

    def _keeps(self, size: int) -> bool:
        return size * self.width * 4 <= self._limit_bytes

    def _grow(self, size: int) -> None:
        if size <= len(self._is_ready_M):
            return
        capacity = max(size, len(self._is_ready_M) * 5 // 4)
        block_MW = np.empty((capacity, self.width), np.float32)
        block_MW[: len(self._block_MW)] = self._block_MW
        is_ready_M = np.zeros(capacity, np.bool_)
        is_ready_M[: len(self._is_ready_M)] = self._is_ready_M
        self._block_MW, self._is_ready_M = block_MW, is_ready_M

    def _embed(self, items: ItemColumns, rows: Rows) -> NDArray[np.float32]:
        scope = ItemScope(items, rows, 0, self._values)
        embedded_NW = np.empty((len(rows), self.width), np.float32)
        start = 0
        for lookup in self._lookups:
            end = start + lookup.feature.dimension
            embedded_NW[:, start:end] = lookup.embed(scope)
            start = end
        return embedded_NW
