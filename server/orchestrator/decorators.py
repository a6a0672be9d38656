"""Behaviour that any source or predictor can be wrapped in, of the same protocol as the wrapped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Retrieved
from server.core.context import RequestContext
from server.core.slate import DegradationKind
from server.core.stages import Predictor, Source
from server.orchestrator.deadlines import budget_s
from server.orchestrator.trace import current_trace

log = logging.getLogger(__name__)

# Retrieval may use half of what is left of the request's time, the ranker most of it.
_SOURCE_SHARE = 0.5
_PREDICTOR_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class WithDeadline:
    """A source that gets `timeout_s`, or half of the request's remaining time if that is less.

    Raises:
        TimeoutError: it was late.
    """

    source: Source
    timeout_s: float

    @property
    def name(self) -> str:
        return self.source.name

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        async with asyncio.timeout(budget_s(context.deadline_s, _SOURCE_SHARE, self.timeout_s)):
            return await self.source.retrieve(context, limit)


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
