"""Popular items from memory, filtered but not ranked: for when there is nothing or no time."""

from __future__ import annotations

import numpy as np

from server.core.batch import CandidateBatch
from server.core.context import RequestContext
from server.core.slate import DegradationKind, Slate
from server.orchestrator.pipeline import Pipeline, apply_filters
from server.orchestrator.trace import current_trace

# Enough that the filters usually leave a full page.
_SURPLUS = 3


async def popular_slate(context: RequestContext, pipeline: Pipeline) -> Slate:
    """Return popular items in the order of their popularity; the surface's filters hold."""
    trace = current_trace()
    source = pipeline.last_resort
    found = await source.retrieve(context, context.limit * _SURPLUS)
    batch = CandidateBatch.merge([found])
    scores = np.nan_to_num(batch.columns["source_scores"][:, 0], nan=0, posinf=1, neginf=0)
    batch = batch.with_scores(np.clip(scores, 0, 1).astype(np.float32))
    batch = apply_filters(context, batch, pipeline.filters).top(context.limit)
    no_one = np.zeros(len(batch), np.bool_)
    return Slate(
        batch=batch,
        propensities=np.ones(len(batch)),
        is_explored=no_one,
        is_ruled=no_one,
        source_names=(source.name,),
        degradations=trace.degradations,
        counts=trace.counts(len(batch)),
    )


async def fallback_slate(context: RequestContext, pipeline: Pipeline) -> Slate:
    """Return the popular slate because too little time is left; the reply says so."""
    current_trace().degraded(DegradationKind.FALLBACK_SLATE, "deadline")
    return await popular_slate(context, pipeline)
