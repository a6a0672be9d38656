"""The recommendation request, from retrieval to ranked slate.

| stage | if it fails |
|---|---|
| source | left out, counted, the reply says so; if all fail: popular items from memory |
| catalog hydrator, filter, selector | the request fails: safety never fails open |
| feature hydrator | its default values, counted, the reply says so |
| predictor | the fallback predictor, counted, the reply says so (see decorators) |
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np

from server.core.batch import CandidateBatch, Column, Retrieved
from server.core.context import RequestContext
from server.core.slate import DegradationKind, Slate
from server.core.stages import (
    FeatureHydrator,
    Filter,
    Hydrator,
    Predictor,
    Scorer,
    Selector,
    Source,
)
from server.orchestrator.blender import cap_candidates
from server.orchestrator.deadlines import budget_s
from server.orchestrator.trace import current_trace
from server.orchestrator.turns import Turns
from server.rankers.objective import PROBABILITY

log = logging.getLogger(__name__)

T = TypeVar("T")

# Retrieval may use half of what is left of the request's time.
_SOURCE_SHARE = 0.5


class Quota(NamedTuple):
    """A source and the most candidates it may bring."""

    source: Source
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The stages of one surface, in the order `recommend` runs them.

    The sources get `source_timeout_s` together, or half of the request's remaining time if that is
    less; `last_resort` stands in when every one fails, and its bit follows theirs. All pipelines
    of a server share their `turns`: each long step on the event loop takes one.
    """

    sources: Sequence[Quota]
    source_timeout_s: float | None = None
    last_resort: Source
    candidates: int
    catalog_hydrators: Sequence[Hydrator]
    filters: Sequence[Filter]
    pre_ranker: Scorer
    shortlist: int
    feature_hydrators: Sequence[FeatureHydrator]
    predictor: Predictor
    objective: Scorer
    selector: Selector
    model_version: str = ""
    turns: Turns = field(default_factory=Turns)

    @property
    def source_names(self) -> tuple[str, ...]:
        return (*(quota.source.name for quota in self.sources), self.last_resort.name)


async def recommend(context: RequestContext, pipeline: Pipeline) -> Slate:
    """Return the ranked slate for one request, at most `context.limit` rows in display order."""
    batch = await retrieve(context, pipeline)
    batch = await score_candidates(context, batch, pipeline)
    return select(context, batch, pipeline)


async def score_candidates(
    context: RequestContext, batch: CandidateBatch, pipeline: Pipeline
) -> CandidateBatch:
    """Return the shortlist with everything the selector needs."""
    batch = await hydrate(context, batch, pipeline.catalog_hydrators)
    batch = apply_filters(context, batch, pipeline.filters)
    batch = pre_rank(context, batch, pipeline.pre_ranker, pipeline.shortlist)
    await pipeline.turns.take()
    batch = await hydrate_features(context, batch, pipeline.feature_hydrators)
    batch = await predict(context, batch, pipeline.predictor)
    await pipeline.turns.take()
    return score(context, batch, pipeline.objective)


async def retrieve(context: RequestContext, pipeline: Pipeline) -> CandidateBatch:
    """Query every source at once; one that fails or is late contributes nothing."""
    trace = current_trace()
    with trace.stage("retrieve"):
        await pipeline.turns.take()
        results = await _found(context, pipeline)
        await pipeline.turns.take()
        last = Retrieved.nothing()
        if results and all(result is None for result in results):
            trace.degraded(DegradationKind.POPULAR_FALLBACK, "sources")
            last = await pipeline.last_resort.retrieve(context, pipeline.candidates)
        found = [result or Retrieved.nothing() for result in results]
        batch = cap_candidates(CandidateBatch.merge([*found, last]), pipeline.candidates)
    trace.merged = len(batch)
    return batch


async def _found(context: RequestContext, pipeline: Pipeline) -> list[Retrieved | None]:
    """Return what each source found, None for one that failed or was late."""
    trace = current_trace()

    def left_out(name: str, error: Exception) -> None:
        log.warning("source %s left out: %r", name, error)
        trace.degraded(DegradationKind.SOURCE_LEFT_OUT, name)

    async def found_by(source: Source, limit: int) -> Retrieved | None:
        try:
            with trace.stage(f"source.{source.name}"):
                found = await source.retrieve(context, limit)
        except Exception as error:
            left_out(source.name, error)
            return None
        trace.retrieved(source.name, len(found.rows))
        return found

    tasks: list[asyncio.Task[Retrieved | None]] = []
    budget = budget_s(context.deadline_s, _SOURCE_SHARE, pipeline.source_timeout_s)
    try:
        async with asyncio.timeout(budget), asyncio.TaskGroup() as group:
            tasks += [group.create_task(found_by(*quota)) for quota in pipeline.sources]
    except TimeoutError:
        log.debug("sources took longer than their time")
    for task, quota in zip(tasks, pipeline.sources, strict=True):
        if task.cancelled():
            left_out(quota.source.name, TimeoutError("it was late"))
    return [None if task.cancelled() else task.result() for task in tasks]


async def hydrate(
    context: RequestContext, batch: CandidateBatch, hydrators: Sequence[Hydrator]
) -> CandidateBatch:
    """Add the columns of every hydrator; one that fails, fails the request."""
    with current_trace().stage("catalog"):
        added = await asyncio.gather(*(each.hydrate(context, batch) for each in hydrators))
    return _with_all(batch, added)


def apply_filters(
    context: RequestContext, batch: CandidateBatch, filters: Sequence[Filter]
) -> CandidateBatch:
    """Keep the rows every filter keeps; filters are independent, so their order is free."""
    trace = current_trace()
    with trace.stage("filter"):
        kept = np.ones(len(batch), np.bool_)
        for each in filters:
            keeps = each.keep(context, batch)
            dropped = len(batch) - int(np.count_nonzero(keeps))
            trace.dropped(each.name, dropped)
            if dropped:
                kept &= keeps
        return batch.take(kept)


def pre_rank(
    context: RequestContext, batch: CandidateBatch, pre_ranker: Scorer, shortlist: int
) -> CandidateBatch:
    """Return the `shortlist` most promising candidates."""
    trace = current_trace()
    with trace.stage("pre_rank"):
        best = batch.with_scores(pre_ranker.score(context, batch)).top(shortlist)
    trace.shortlisted = len(best)
    return best


async def hydrate_features(
    context: RequestContext, batch: CandidateBatch, hydrators: Sequence[FeatureHydrator]
) -> CandidateBatch:
    """Add the features; a hydrator that fails leaves its defaults."""
    trace = current_trace()

    async def columns_of(hydrator: FeatureHydrator) -> Mapping[str, Column]:
        try:
            return await hydrator.hydrate(context, batch)
        except Exception as error:
            log.warning("features of %s replaced by defaults: %r", hydrator.name, error)
            trace.degraded(DegradationKind.DEFAULT_FEATURES, hydrator.name)
            return hydrator.defaults(batch)

    with trace.stage("features"):
        return _with_all(batch, await _together([columns_of(each) for each in hydrators]))


async def predict(
    context: RequestContext, batch: CandidateBatch, predictor: Predictor
) -> CandidateBatch:
    """Add one probability column per head."""
    with current_trace().stage("predict"):
        heads = await predictor.predict(context, batch)
    return batch.with_columns({PROBABILITY + head: column for head, column in heads.items()})


def score(context: RequestContext, batch: CandidateBatch, objective: Scorer) -> CandidateBatch:
    """Turn the predictions into the scores that are served."""
    with current_trace().stage("score"):
        return batch.with_scores(objective.score(context, batch))


def select(context: RequestContext, batch: CandidateBatch, pipeline: Pipeline) -> Slate:
    """Choose and order what is shown."""
    trace = current_trace()
    with trace.stage("select"):
        selection = pipeline.selector.select(context, batch)
        return Slate(
            batch=batch.take(selection.order),
            propensities=selection.propensities,
            is_explored=selection.is_explored,
            is_ruled=selection.is_ruled,
            is_by_score=selection.is_by_score,
            source_names=pipeline.source_names,
            degradations=trace.degradations,
            model_version=pipeline.model_version,
            counts=trace.counts(len(selection.order)),
        )


async def _together(each: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Return the results of all, which run at once; a single one needs no task of its own."""
    return [await each[0]] if len(each) == 1 else await asyncio.gather(*each)


def _with_all(batch: CandidateBatch, added: Sequence[Mapping[str, Column]]) -> CandidateBatch:
    columns = {name: column for each in added for name, column in each.items()}
    return batch.with_columns(columns) if columns else batch
