"""The pipeline's six extension points.

Sources, hydrators and side effects fetch and may wait; filters, scorers and selectors decide, and
are pure functions of their arguments. N may be zero everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Column, Mask, Retrieved, Scores
from server.core.context import RequestContext
from server.core.slate import Slate


class Stage(Protocol):
    """A named stage; the name labels its metrics, its trace and its explanations."""

    @property
    def name(self) -> str: ...


class Source(Stage, Protocol):
    """Retrieves candidates; a source that fails or is late is left out of the reply."""

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        """Return at most `limit` rows with scores, best first; only rows that `context.allowed`
        allows, so that narrow filters still fill the page."""
        ...


class Hydrator(Stage, Protocol):
    """Adds columns; never changes which rows exist or their order."""

    async def hydrate(self, context: RequestContext, batch: CandidateBatch) -> Mapping[str, Column]:
        """Return new columns, each (N, ...)."""
        ...


class FeatureHydrator(Hydrator, Protocol):
    """A hydrator whose columns have defaults, used when it fails."""

    def defaults(self, batch: CandidateBatch) -> Mapping[str, Column]:
        """Return the columns that stand in for the real ones."""
        ...


class Filter(Stage, Protocol):
    """Removes rows that must not be shown; a filter that fails, fails the request."""

    def keep(self, context: RequestContext, batch: CandidateBatch) -> Mask:
        """Return the (N,) keep-mask."""
        ...


class Scorer(Stage, Protocol):
    """Scores every row independently of the others."""

    def score(self, context: RequestContext, batch: CandidateBatch) -> Scores:
        """Return (N,) scores, higher is better."""
        ...


class Predictor(Stage, Protocol):
    """Predicts one probability column per head."""

    async def predict(
        self, context: RequestContext, batch: CandidateBatch
    ) -> Mapping[str, NDArray[np.float32]]:
        """Return head -> (N,) probabilities in [0, 1].

        Raises:
            UnavailableError: the model did not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Selection:
    """What a selector chose.

    Shapes:
        order: (L,) positions into the batch, in display order.
        propensities: (L,) float64 probability of this item at this position given the positions
            before it; 1.0 where nothing was random.
        is_explored: (L,) bool, drawn by exploration. is_ruled: (L,) bool, placed by a rule.
        is_by_score: nothing but the score decided the order.
    """

    order: NDArray[np.intp]
    propensities: NDArray[np.float64]
    is_explored: Mask
    is_ruled: Mask
    is_by_score: bool = True


class Selector(Stage, Protocol):
    """Orders and trims the whole list: diversity, caps, pinned slots, exploration."""

    def select(self, context: RequestContext, batch: CandidateBatch) -> Selection:
        """Return at most `context.limit` rows."""
        ...


class SideEffect(Stage, Protocol):
    """Runs after the reply is ready; never delays or fails it."""

    async def run(self, context: RequestContext, slate: Slate) -> None: ...
