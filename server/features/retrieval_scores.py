"""Hydrator that scores every candidate by every retrieval signal, whichever source found it.

Shape letters: N candidates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Column, Rows, Scores
from server.core.context import RequestContext
from server.features.counters import gather
from server.features.ports import ItemSignals


class VectorScores(Protocol):
    """Inner products with item vectors, by row."""

    def scores(self, rows: Rows, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n,), 0 for rows without a vector."""
        ...


class CoEngagementScores(Protocol):
    """How strongly rows are linked to a history of distinct rows, the latest first."""

    @property
    def history_length(self) -> int: ...

    def scores_for(self, history: Rows, rows: Rows) -> Scores: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalScores:
    """Adds `candidate.two_tower`, `.content`, `.co_engaged`, `.co_engaged_share` and the item's
    popularity.

    As in training, a subject without content or history scores 0; without a user vector, or
    without the part that would score, `candidate.two_tower` and `.content` are NaN.
    """

    name: ClassVar[str] = "retrieval_scores"
    signals: ItemSignals
    two_tower: VectorScores | None = None
    content: VectorScores | None = None
    co_engagement: CoEngagementScores | None = None

    async def hydrate(self, context: RequestContext, batch: CandidateBatch) -> Mapping[str, Column]:
        return self.columns(context, batch)

    def columns(self, context: RequestContext, batch: CandidateBatch) -> Mapping[str, Column]:
        """Return the columns, each (N,) float32."""
        co_engaged = self._co_engaged(context, batch.items)
        most = co_engaged.max(initial=0.0)
        return {
            "candidate.two_tower": _scores(
                self.two_tower, batch, "candidate.two_tower", context.user_vector
            ),
            "candidate.content": self._content(context, batch),
            "candidate.co_engaged": co_engaged,
            "candidate.co_engaged_share": (
                co_engaged / most if most > 0 else np.zeros_like(co_engaged)
            ),
            "item.popularity": gather(self.signals.popularity(), batch.items),
            "item.recent_popularity": gather(self.signals.recent(context.data_ms), batch.items),
        }

    def defaults(self, batch: CandidateBatch) -> Mapping[str, Column]:
        """Return what stands in when the scores cannot be had."""
        unknown = np.full(len(batch), np.nan, np.float32)
        zero = np.zeros(len(batch), np.float32)
        return {
            "candidate.two_tower": unknown,
            "candidate.content": unknown,
            "candidate.co_engaged": zero,
            "candidate.co_engaged_share": zero,
            "item.popularity": zero,
            "item.recent_popularity": zero,
        }

    def _content(self, context: RequestContext, batch: CandidateBatch) -> NDArray[np.float32]:
        if self.content is not None and context.content_vector is None:
            return np.zeros(len(batch), np.float32)
        return _scores(self.content, batch, "candidate.content", context.content_vector)

    def _co_engaged(self, context: RequestContext, rows: Rows) -> Scores:
        if self.co_engagement is None or len(context.user.history) == 0:
            return np.zeros(len(rows), np.float32)
        history = context.user.recent_unique(self.co_engagement.history_length)
        return self.co_engagement.scores_for(history, rows)


def _scores(
    vectors: VectorScores | None,
    batch: CandidateBatch,
    name: str,
    query: NDArray[np.float32] | None,
) -> NDArray[np.float32]:
    """Return (N,) scores; those that a source has brought are not computed again."""
    if vectors is None or query is None:
        return np.full(len(batch), np.nan, np.float32)
    known = batch.columns.get(name)
    if known is None:
        return vectors.scores(batch.items, query)
    scores = known.astype(np.float32)
    missing = np.flatnonzero(np.isnan(scores))
    scores[missing] = vectors.scores(batch.items.take(missing), query)
    return scores
