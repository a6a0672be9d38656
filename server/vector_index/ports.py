"""Nearest-neighbour search over item vectors."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Retrieved, Rows


class VectorIndex(Protocol):
    """Maximum-inner-product search by item row; safe to read while it is written."""

    @property
    def dimension(self) -> int: ...

    def __len__(self) -> int:
        """Return how many items can be found."""
        ...

    async def search(
        self, query: NDArray[np.float32], k: int, allowed: Mask | None = None
    ) -> Retrieved:
        """Return at most k items, best first, scores are inner products.

        Args:
            query: (D,) float32.
            allowed: (M,) bool by row; rows past its end are not allowed. None: all.

        Raises:
            UnavailableError: the index cannot answer.
        """
        ...

    def upsert(self, rows: Rows, vectors: NDArray[np.float32]) -> None:
        """Add or replace vectors (n, D); they are found by the next search."""
        ...

    def remove(self, rows: Rows) -> None:
        """Remove rows; unknown ones are ignored."""
        ...
