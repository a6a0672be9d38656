"""Maximal marginal relevance: trade score against likeness to what is already chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Scores
from server.rankers.similarity import Similarity


def mmr_order(
    scores: Scores, similarity: Similarity, *, diversity: float, limit: int
) -> NDArray[np.intp]:
    """Return the positions of the `limit` chosen candidates, in the order they are chosen.

    Each step takes the largest (1 - diversity) x relevance - diversity x max similarity to the
    chosen ones; relevance is the score scaled to 0..1 within the batch. Ties go to the earlier
    position. Work: `limit` comparisons of one candidate with all.

    Args:
        scores: (N,) finite.
        diversity: 0 (score alone) .. 1 (as different as possible after the first).

    Source: Carbonell and Goldstein, 1998, equation 2, with lambda = 1 - diversity.
    """
    count = min(limit, len(scores))
    chosen = np.empty(count, np.intp)
    if count == 0:
        return chosen
    low, high = float(scores.min()), float(scores.max())
    relevance = (scores - low) / max(high - low, 1e-12)
    left = ((1 - diversity) * relevance).astype(np.float32)
    closest = np.zeros(len(scores), np.float32)
    value = np.empty_like(left)
    for step in range(count):
        np.multiply(closest, np.float32(-diversity), out=value)
        value += left
        best = int(scores.argmax()) if step == 0 else int(value.argmax())
        chosen[step] = best
        left[best] = -np.inf
        if step + 1 < count:
            np.maximum(closest, similarity.to(best), out=closest)
    return chosen
