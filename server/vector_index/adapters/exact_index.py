"""Exact search in numpy: the reference for approximate indexes, and enough for tiny catalogues."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Retrieved, Rows


class ExactIndex:
    """One vector a row, in a dictionary."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._vectors: dict[int, NDArray[np.float32]] = {}

    @property
    def dimension(self) -> int:
        return self._dimension

    def __len__(self) -> int:
        return len(self._vectors)

    async def search(
        self, query: NDArray[np.float32], k: int, allowed: Mask | None = None
    ) -> Retrieved:
        rows = np.fromiter(self._vectors, np.int64, len(self._vectors))
        if allowed is not None:
            rows = rows[rows < len(allowed)]
            rows = rows[allowed[rows]]
        if len(rows) == 0 or k <= 0:
            return Retrieved.nothing()
        scores = self.vectors(rows) @ query
        best = np.lexsort((rows, -scores))[:k]
        return Retrieved(rows[best], scores[best])

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        zero = np.zeros(self._dimension, np.float32)
        found = [self._vectors.get(row, zero) for row in rows.tolist()]
        return np.array(found, np.float32).reshape(len(rows), self._dimension)

    def scores(self, rows: Rows, query: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.vectors(rows) @ query

    def upsert(self, rows: Rows, vectors: NDArray[np.float32]) -> None:
        self.remove(rows)
        # A new dictionary: a search that iterates over the old one must not be disturbed.
        added = {
            row: vector
            for row, vector in zip(rows.tolist(), vectors.astype(np.float32), strict=True)
            if vector.any()
        }
        self._vectors = {**self._vectors, **added}

    def remove(self, rows: Rows) -> None:
        gone = set(rows.tolist())
        self._vectors = {row: vector for row, vector in self._vectors.items() if row not in gone}
