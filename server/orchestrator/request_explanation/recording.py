"""A pipeline whose stages note what they did: decorators of the same protocols.

Only requests that are explained run through it; all others know nothing of it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Mask, Retrieved, Scores
from server.core.context import RequestContext
from server.core.slate import DegradationKind
from server.core.stages import Filter, Predictor, Scorer, Selection, Selector, Source
from server.orchestrator.pipeline import Pipeline, Quota


@dataclass(slots=True)
class Found:
    """What one source did; `retrieved` is None if it failed."""

    name: str
    limit: int
    retrieved: Retrieved | None
    seconds: float


@dataclass(slots=True)
class Run:
    """What the stages of one ranking did; later parts are None if it did not get there.

    Attributes:
        found: by the source's bit.
        candidates: what the filters got; keeps: filter -> (N,) what each keeps of them.
        pre_ranked, pre_scores: what was pre-ranked.
        predicted: the shortlist with its features; heads: head -> probabilities.
        scored, scores: what the objective got and returned.
        selectable, selection: what the selector got and returned.
    """

    context: RequestContext
    found: dict[int, Found] = field(default_factory=dict)
    candidates: CandidateBatch | None = None
    keeps: dict[str, Mask] = field(default_factory=dict)
    pre_ranked: CandidateBatch | None = None
    pre_scores: Scores | None = None
    predicted: CandidateBatch | None = None
    heads: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    scores: Scores | None = None
    selectable: CandidateBatch | None = None
    selection: Selection | None = None


class Recorder:
    """The runs of one request: a page that is not full is ranked again for what comes after."""

    def __init__(self) -> None:
        self._runs: dict[int, Run] = {}

    @property
    def runs(self) -> list[Run]:
        """In their order; the first is about the head of the feed."""
        return [self._runs[position] for position in sorted(self._runs)]

    def run(self, context: RequestContext) -> Run:
        """Return the run that a stage is part of."""
        return self._runs.setdefault(context.first_position, Run(context))

    def recorded(self, pipeline: Pipeline) -> Pipeline:
        """Return the same pipeline, noting what it does here."""
        sources = [
            Quota(_Source(source, bit, self), limit)
            for bit, (source, limit) in enumerate(pipeline.sources)
        ]
        return replace(
            pipeline,
            sources=sources,
            last_resort=_Source(pipeline.last_resort, len(sources), self),
            filters=[_Filter(each, self) for each in pipeline.filters],
            pre_ranker=_PreRanker(pipeline.pre_ranker, self),
            predictor=_Predictor(pipeline.predictor, self),
            objective=_Objective(pipeline.objective, self),
            selector=_Selector(pipeline.selector, self),
        )


@dataclass(frozen=True, slots=True)
class _Source:
    source: Source
    bit: int
    recorder: Recorder

    @property
    def name(self) -> str:
        return self.source.name

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        noted = Found(self.name, limit, None, 0.0)
        self.recorder.run(context).found[self.bit] = noted
        started_s = time.perf_counter()
        try:
            noted.retrieved = await self.source.retrieve(context, limit)
        finally:
            noted.seconds = time.perf_counter() - started_s
        return noted.retrieved


@dataclass(frozen=True, slots=True)
class _Filter:
    filter: Filter
    recorder: Recorder

    @property
    def name(self) -> str:
        return self.filter.name

    def keep(self, context: RequestContext, batch: CandidateBatch) -> Mask:
        kept = self.filter.keep(context, batch)
        run = self.recorder.run(context)
        # The stand-in for a ranking goes through the filters too, after it.
        if run.candidates is None:
            run.context, run.candidates = context, batch
        if run.candidates is batch:
            run.keeps[self.name] = kept
        return kept


@dataclass(frozen=True, slots=True)
class _PreRanker:
    scorer: Scorer
    recorder: Recorder

    @property
    def name(self) -> str:
        return self.scorer.name

    def score(self, context: RequestContext, batch: CandidateBatch) -> Scores:
        run = self.recorder.run(context)
        run.pre_ranked, run.pre_scores = batch, self.scorer.score(context, batch)
        return run.pre_scores


@dataclass(frozen=True, slots=True)
class _Predictor:
    predictor: Predictor
    recorder: Recorder

    @property
    def name(self) -> str:
        return self.predictor.name

    async def predict(
        self, context: RequestContext, batch: CandidateBatch
    ) -> Mapping[str, NDArray[np.float32]]:
        run = self.recorder.run(context)
        run.predicted, run.heads = batch, await self.predictor.predict(context, batch)
        return run.heads


@dataclass(frozen=True, slots=True)
class _Objective:
    scorer: Scorer
    recorder: Recorder

    @property
    def name(self) -> str:
        return self.scorer.name

    def score(self, context: RequestContext, batch: CandidateBatch) -> Scores:
        run = self.recorder.run(context)
        run.scores = self.scorer.score(context, batch)
        return run.scores


@dataclass(frozen=True, slots=True)
class _Selector:
    selector: Selector
    recorder: Recorder

    @property
    def name(self) -> str:
        return self.selector.name

    def select(self, context: RequestContext, batch: CandidateBatch) -> Selection:
        run = self.recorder.run(context)
        run.selectable, run.selection = batch, self.selector.select(context, batch)
        return run.selection


class StageTimes:
    """An observer that adds up how long the stages took, in the order in which they ended."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def stage_time(self, stage: str, seconds: float, /) -> None:
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    def candidates(self, source: str, count: int, /) -> None: ...

    def dropped(self, filter_name: str, count: int, /) -> None: ...

    def degraded(self, kind: DegradationKind, component: str, /) -> None: ...
