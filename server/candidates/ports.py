"""What the sources need of a trained model, beside vector search."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Retrieved, Rows, Scores


class CoEngagement(Protocol):
    """Which items are engaged with by the same people.

    `history` is always a subject's distinct rows, the latest first; only the first
    `history_length` of them count. Rows that the model doesn't know contribute nothing.
    """

    @property
    def history_length(self) -> int: ...

    def top(self, history: Rows, limit: int, allowed: Mask | None = None) -> Retrieved:
        """Return the rows with the largest positive score, best first."""
        ...

    def scores_for(self, history: Rows, rows: Rows) -> Scores:
        """Return (N,) the sum over the history of each row's weights; 0 where none links them."""
        ...

    def contributions(self, history: Rows, rows: Rows) -> NDArray[np.float32]:
        """Return (N, H) how much each of the H = min(len(history), history_length) latest rows
        adds to each row's score."""
        ...
