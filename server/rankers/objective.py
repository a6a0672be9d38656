"""What a set of predictions is worth: one score from the probability columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.core.batch import CandidateBatch, Scores
from server.core.context import RequestContext

PROBABILITY = "probability."


@dataclass(frozen=True, slots=True)
class Objective:
    """(value - minimum) / (maximum - minimum), value = sum of weight x probability.

    Always finite and in [0, 1]; a value that is not finite scores 0, and so does everything when
    the range is empty. A head that was not predicted counts as probability 0.
    """

    name: ClassVar[str] = "objective"
    weights: Mapping[str, float]
    minimum: float
    maximum: float

    @classmethod
    def of(cls, weights: Mapping[str, float]) -> Objective:
        """Take the range that probabilities in [0, 1] can reach."""
        values = weights.values()
        return cls(weights, sum(w for w in values if w < 0), sum(w for w in values if w > 0))

    def score(self, context: RequestContext, batch: CandidateBatch) -> Scores:
        value = np.zeros(len(batch), np.float64)
        for head, weight in self.weights.items():
            column = batch.columns.get(PROBABILITY + head)
            if column is not None:
                value += weight * column
        width = self.maximum - self.minimum
        if width <= 0:
            return np.zeros(len(batch), np.float32)
        scores = np.where(np.isfinite(value), (value - self.minimum) / width, 0)
        return np.clip(scores, 0, 1).astype(np.float32)
