"""What the re-ranker needs of a trained model."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows


class ItemVectors(Protocol):
    """Vectors of items by row, from memory."""

    def of(self, rows: Rows) -> NDArray[np.float32]:
        """Return (n, D) float32, L2-normalised; zero for rows without a vector."""
        ...
