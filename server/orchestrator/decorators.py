"""Behaviour that any predictor can be wrapped in, of the same protocol as the wrapped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch
from server.core.context import RequestContext
from server.core.slate import DegradationKind
from server.core.stages import Predictor
from server.orchestrator.deadlines import budget_s
from server.orchestrator.trace import current_trace

log = logging.getLogger(__name__)

# The ranker may use most of what is left of the request's time.
_PREDICTOR_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class WithFallback:
    """A predictor that another one stands in for when it fails or is late; said in the reply."""

    predictor: Predictor
    fallback: Predictor

    @property
    def name(self) -> str:
        return self.predictor.name

    async def predict(
        self, context: RequestContext, batch: CandidateBatch
    ) -> Mapping[str, NDArray[np.float32]]:
        try:
            async with asyncio.timeout(budget_s(context.deadline_s, _PREDICTOR_SHARE)):
                return await self.predictor.predict(context, batch)
        except Exception as error:
            log.warning("predictor %s replaced by %s: %r", self.name, self.fallback.name, error)
            current_trace().degraded(DegradationKind.FALLBACK_RANKER, self.name)
            return await self.fallback.predict(context, batch)
