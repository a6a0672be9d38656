"""Nearest-neighbour search over item vectors."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Retrieved, Rows


class VectorLookup(Protocol):
    """Item vectors by row, from memory; safe to read while they are written."""

    @property
    def dimension(self) -> int: ...

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """Return (n, D) float32 vectors; zero where a row has none (negative rows included)."""
        ...

    def scores(self, rows: Rows, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n,) inner products with `query` (D,); 0 where a row has no vector."""
        ...


class VectorIndex(VectorLookup, Protocol):
    """Maximum-inner-product search by item row; safe to read while it is written."""

    def __len__(self) -> int:
        """Return how many items can be found."""
        ...

    async def search(
        self, query: NDArray[np.float32], k: int, allowed: Mask | None = None
    ) -> Retrieved:
        """Return at most k items, best first, scores are inner products; equal scores by row.

        Args:
            query: (D,) float32.
            allowed: (M,) bool by row; rows past its end are not allowed. None: all.

        Raises:
            UnavailableError: the index cannot answer.
        """
        ...

    def upsert(self, rows: Rows, vectors: NDArray[np.float32]) -> None:
        """Add or replace vectors (n, D); they are found by the next search.

        Rows are not negative and unique; a zero vector removes its row.
        """
        ...

    def remove(self, rows: Rows) -> None:
        """Remove rows; unknown ones are ignored."""
        ...
