"""Maximal marginal relevance: trade score against likeness to what is already chosen.

Shape letters: N candidates, B candidates of a block.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Scores
from server.rankers.similarity import Similarity


def mmr_order(
    scores: Scores, similarity: Similarity, *, diversity: float, limit: int
) -> NDArray[np.intp]:
    """Return the positions of the `limit` chosen candidates, in the order they are chosen.

    Each step takes the largest (1 - diversity) x relevance - diversity x max similarity to the
    chosen ones; relevance is the score scaled to 0..1 within the batch. Ties go to the earlier
    position.

    Another way to say it: each chosen one leaves a candidate its relevance term less the
    similarity of the two, and the candidate's value is the least that any leaves it. So a step is
    a minimum with one row. Rows are computed by the block, for as many leading candidates as are
    still to be chosen: one matrix product takes a third of the time of one product a row, and
    what leads now is mostly what is chosen. The row of one that never is changes nothing.

    Args:
        scores: (N,) finite.
        diversity: 0 (score alone) .. 1 (as different as possible after the first).

    Source: Carbonell and Goldstein, 1998, equation 2, with lambda = 1 - diversity.
    """
    count = min(limit, len(scores))
    chosen = np.empty(count, np.intp)
    if count == 0:
        return chosen
    alone = ((1 - diversity) * _relevance(scores)).astype(np.float32)
    value = alone.copy()
    # While nothing is chosen the best score leads, at any diversity.
    value[scores.argmax()] = np.inf
    left_by: dict[int, NDArray[np.float32]] = {}
    is_known = np.zeros(len(scores), np.bool_)
    for step in range(count):
        best = int(value.argmax())
        if best not in left_by:
            block = _leading(value, best, is_known, count - step)
            is_known[block] = True
            alike_BN = np.nan_to_num(similarity.to(block), copy=False)
            rows_BN = np.subtract(alone, np.float32(diversity) * alike_BN, order="C")
            left_by.update(zip(block.tolist(), rows_BN, strict=True))
        chosen[step] = best
        value[best] = -np.inf
        np.minimum(value, left_by[best], out=value)
    return chosen


def _relevance(scores: Scores) -> Scores:
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / max(high - low, 1e-12)


def _leading(value: NDArray[np.float32], best: int, is_known: Mask, count: int) -> NDArray[np.intp]:
    """Return the `count` of the largest value, `best` among them, the known ones last of all."""
    unknown = np.where(is_known, -np.inf, value)
    unknown[best] = np.inf
    return np.argpartition(unknown, -count)[-count:]
