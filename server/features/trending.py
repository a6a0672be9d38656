"""What trends: more events lately than the time before makes one expect."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Retrieved

MOST_TRENDING: Final = 1_000


def trending_rows(
    short: NDArray[np.float32], long: NDArray[np.float32], share: float, prior: float
) -> Retrieved:
    """Return the rows with a positive surplus, strongest first, ties by row, at most 1,000.

    score = (short - expected) / sqrt(expected + prior), expected = (long - short) * share: how
    many standard deviations of a Poisson count the short window lies above the time before it.

    Args:
        short, long: (M,) events in the short window and in the long one that contains it.
        share: length of the short window / length of the rest of the long one.
        prior: events that are expected of an item without a past, larger than 0.
    """
    rows = np.flatnonzero(short)
    expected = (long[rows] - short[rows]) * share
    scores = ((short[rows] - expected) / np.sqrt(expected + prior)).astype(np.float32)
    rows, scores = rows[scores > 0], scores[scores > 0]
    if len(rows) > MOST_TRENDING:
        # All that tie with the last are kept, so that ties go by row.
        lowest = np.partition(scores, len(scores) - MOST_TRENDING)[len(scores) - MOST_TRENDING]
        rows, scores = rows[scores >= lowest], scores[scores >= lowest]
    order = np.lexsort((rows, -scores))[:MOST_TRENDING]
    return Retrieved(rows[order].astype(np.int64), scores[order])
