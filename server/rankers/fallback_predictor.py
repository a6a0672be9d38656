"""Stands in for the ranker: what the pre-ranker thinks, as probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch
from server.core.context import RequestContext


@dataclass(frozen=True, slots=True)
class FallbackPredictor:
    """Every head gets 1 / (1 + exp(-s)) of the pre-ranker's score s, which `batch.scores` holds.

    The order is the pre-ranker's. `heads` are those that the objective values: a head with a
    negative weight would cancel the others.
    """

    name: ClassVar[str] = "pre_ranker_score"
    heads: tuple[str, ...]

    @classmethod
    def of(cls, weights: Mapping[str, float]) -> FallbackPredictor:
        return cls(tuple(head for head, weight in weights.items() if weight > 0))

    async def predict(
        self, context: RequestContext, batch: CandidateBatch
    ) -> Mapping[str, NDArray[np.float32]]:
        finite = np.where(np.isfinite(batch.scores), batch.scores, -np.inf)
        probability = (1 / (1 + np.exp(-np.clip(finite, -60, 60)))).astype(np.float32)
        return dict.fromkeys(self.heads, probability)
