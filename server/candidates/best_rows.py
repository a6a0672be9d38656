"""Picking the best rows of a scored set, within what the request allows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Retrieved, Rows


def best_rows(rows: Rows, scores: NDArray[np.floating], limit: int) -> Retrieved:
    """Return the `limit` best rows, best first; ties by row. Scores are finite.

    Linear in len(rows) but for sorting what is returned.
    """
    if limit <= 0 or len(rows) == 0:
        return Retrieved.nothing()
    if limit < len(rows):
        # Only those that may be among them, ties at the border included, are sorted.
        least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        best = np.flatnonzero(scores >= least)
        rows, scores = rows[best], scores[best]
    if (rows[1:] < rows[:-1]).any():
        by_row = rows.argsort()
        rows, scores = rows[by_row], scores[by_row]
    order = (-scores).argsort(kind="stable")[:limit]
    return Retrieved(rows[order], scores[order].astype(np.float32, copy=False))


def is_allowed(rows: Rows, allowed: Mask | None) -> Mask:
    """Return which rows the mask allows; rows past its end are not."""
    if allowed is None:
        return np.ones(len(rows), np.bool_)
    inside = (rows >= 0) & (rows < len(allowed))
    if len(allowed) == 0:
        return inside
    kept: Mask = inside & allowed[np.where(inside, rows, 0)]
    return kept


def keep_allowed(found: Retrieved, allowed: Mask | None, limit: int) -> Retrieved:
    """Return the first `limit` rows that the mask allows, in their order."""
    if allowed is not None:
        kept = is_allowed(found.rows, allowed)
        found = Retrieved(found.rows[kept], found.scores[kept])
    return Retrieved(found.rows[:limit], found.scores[:limit])
