"""Sampled negatives for data that has no impressions.

Shape legend: S sampled items, M items.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def sample_uniform(
    generator: np.random.Generator, item_count: int, count: int
) -> npt.NDArray[np.int64]:
    """Draw `count` items uniformly with replacement."""
    return generator.integers(0, item_count, size=count)


def thin_negatives(
    generator: np.random.Generator,
    is_positive_R: npt.NDArray[np.bool_],
    share: float,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Keep all positive rows and a random share of the others, with weights that undo it.

    Returns:
        The kept rows in their order and a weight for each: 1 for positives, 1 / share for
        negatives, so that weighted averages estimate those over all rows without bias.
    """
    keep = is_positive_R | (generator.random(len(is_positive_R)) < share)
    rows = np.flatnonzero(keep)
    weights = np.where(is_positive_R[rows], 1.0, 1.0 / share).astype(np.float32)
    return rows, weights
