"""One request under way: its query, the serving state it pinned and its context."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from server.core.batch import CandidateBatch, Mask, Rows
from server.core.context import RequestContext
from server.core.errors import DeadlineTooShortError
from server.core.slate import DegradationKind, Slate
from server.orchestrator.context_builder import ContextBuilder, seed_of
from server.orchestrator.deadlines import LEAST_BUDGET_S, budget_s, remaining_s
from server.orchestrator.pipeline import Pipeline, recommend, retrieve, score_candidates
from server.orchestrator.popular_slate import fallback_slate
from server.orchestrator.query import RecommendQuery
from server.orchestrator.serving_state import ServingState
from server.orchestrator.trace import RequestTrace

Result = TypeVar("Result")

# The rest is for what stands in when the pipeline is late, and for a busy machine's timers.
_PIPELINE_SHARE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything the parts of one reply share."""

    query: RecommendQuery
    state: ServingState
    context: RequestContext
    contexts: ContextBuilder
    trace: RequestTrace

    @property
    def pipeline(self) -> Pipeline:
        return self.state.pipelines[self.context.surface.name]

    @property
    def is_shared(self) -> bool:
        return self.context.subject is None

    async def slate(self, context: RequestContext) -> Slate:
        """Run the pipeline; with too little time, the fallback slate instead."""

        async def ranked() -> Slate:
            return await recommend(await self._encoded(context), self.pipeline)

        return await self.in_time(ranked, lambda: fallback_slate(context, self.pipeline))

    async def scored(self, context: RequestContext) -> CandidateBatch | None:
        """Return the scored candidates, None if there is too little time."""

        async def ranked() -> CandidateBatch | None:
            encoded = await self._encoded(context)
            batch = await retrieve(encoded, self.pipeline)
            return await score_candidates(encoded, batch, self.pipeline)

        async def nothing() -> CandidateBatch | None:
            return None

        return await self.in_time(ranked, nothing)

    async def in_time(
        self, work: Callable[[], Awaitable[Result]], otherwise: Callable[[], Awaitable[Result]]
    ) -> Result:
        """Do `work` within the request's deadline, or what stands in for it."""
        budget = budget_s(self.query.deadline_s, _PIPELINE_SHARE)
        if budget is not None and budget < LEAST_BUDGET_S:
            return await otherwise()
        try:
            async with asyncio.timeout(budget) as timer:
                return await work()
        except TimeoutError:
            if not timer.expired():
                raise
            return await otherwise()

    def continued(self, served: Rows, feed_id: str) -> RequestContext:
        """Return the context for what follows `served` rows of a feed.

        What may not appear is kept from the sources already, or they would bring it again and
        again instead of anything new.
        """
        context = self.context
        excluded = np.union1d(context.excluded, served)
        return replace(
            context,
            first_position=len(served),
            excluded=excluded,
            allowed=_without(context, excluded),
            random_seed=seed_of(f"{feed_id}:{len(served)}"),
        )

    async def _encoded(self, context: RequestContext) -> RequestContext:
        return await self.contexts.encoded(context, self.state.parts)


async def begin(
    query: RecommendQuery, state: ServingState, contexts: ContextBuilder, trace: RequestTrace
) -> Request:
    """Read what the request is about.

    Raises:
        UnknownServingConfigError, InvalidFilterError, UnknownAttributeError, UnavailableError.
        DeadlineTooShortError: the deadline has passed, or passes before the subject's behaviour
            is known; without it, hidden items could be shown.
    """
    left = remaining_s(query.deadline_s)
    if left is not None and left <= 0:
        raise DeadlineTooShortError("the deadline leaves no time to answer")
    surface = state.surfaces.get(query.serving_config)
    if not state.version:
        trace.degraded(DegradationKind.NO_MODEL, "model")
    with trace.stage("context"):
        try:
            async with asyncio.timeout(left) as timer:
                context = await contexts.build(query, surface)
        except TimeoutError as error:
            if not timer.expired():
                raise
            raise DeadlineTooShortError("the subject could not be read in time") from error
    return Request(query=query, state=state, context=context, contexts=contexts, trace=trace)


def _without(context: RequestContext, excluded: Rows) -> Mask:
    size = context.items.size
    allowed = np.ones(size, np.bool_) if context.allowed is None else context.allowed.copy()
    user, surface = context.user, context.surface
    out = [excluded, user.hidden]
    if surface.excludes_engaged:
        out.append(user.engaged)
    if surface.excludes_purchased:
        out.append(user.purchased)
    rows = np.concatenate(out)
    allowed[rows[(rows >= 0) & (rows < len(allowed))]] = False
    return allowed
