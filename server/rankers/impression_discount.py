"""A scorer that likes items less the more often and the more recently they were shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.core.batch import CandidateBatch, Scores
from server.core.context import RequestContext
from server.core.row_set import positions_in
from server.core.stages import Scorer
from server.core.surface import SeenPolicy

_HOUR_MS = 3_600_000.0


@dataclass(frozen=True, slots=True)
class ImpressionDiscount:
    """Under DISCOUNT, the inner score x (1 - loss); other policies leave it alone.

    loss = min(count, limit) / (limit + 1) x 0.5^(age / half-life): with a limit of 5, one
    impression just now costs 1/6, five cost 5/6, and a half-life later half of that.
    """

    scorer: Scorer

    @property
    def name(self) -> str:
        return self.scorer.name

    def score(self, context: RequestContext, batch: CandidateBatch) -> Scores:
        scores = self.scorer.score(context, batch)
        user, surface = context.user, context.surface
        if surface.seen is not SeenPolicy.DISCOUNT or len(user.seen) == 0:
            return scores
        at = positions_in(user.seen, batch.items)
        count = np.minimum(user.seen_counts[at], surface.seen_limit)
        age_h = np.maximum(context.data_ms - user.seen_ms[at], 0) / _HOUR_MS
        loss = count / (surface.seen_limit + 1) * 0.5 ** (age_h / surface.seen_half_life_h)
        return np.where(at >= 0, scores * (1 - loss), scores).astype(np.float32)
