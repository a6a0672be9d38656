"""How the sources' candidates share what the pipeline can carry."""

from __future__ import annotations

import numpy as np

from server.core.batch import CandidateBatch, Rows


def cap_candidates(batch: CandidateBatch, limit: int) -> CandidateBatch:
    """Keep at most `limit` merged candidates, in their order.

    Sources take turns, each in its own order; of items at the same best rank, those that more
    sources found stay, then the lower row.
    """
    if len(batch) <= limit:
        return batch
    ranks = batch.columns["source_ranks"]
    best = np.where(ranks < 0, np.iinfo(np.int32).max, ranks).min(axis=1)
    found_by = (ranks >= 0).sum(axis=1)
    kept = np.lexsort((batch.items, -found_by, best))[:limit]
    return batch.take(np.sort(kept))


def without(batch: CandidateBatch, taken: Rows) -> CandidateBatch:
    """Return the candidates that another shelf of the page has not taken."""
    if len(taken) == 0 or len(batch) == 0:
        return batch
    return batch.take(~np.isin(batch.items, taken))
