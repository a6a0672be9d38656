"""Answers a request through a recording pipeline, and tells what the stages did."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from server.candidates.popular_items import PopularItems
from server.core.batch import Rows
from server.core.slate import DegradationKind
from server.filters.blocked import Blocked
from server.orchestrator.context_builder import ContextBuilder
from server.orchestrator.explanations import Explainer
from server.orchestrator.feed_pages import FeedPage, FeedPages
from server.orchestrator.feed_sessions import FeedSessions
from server.orchestrator.observer import NoObserver
from server.orchestrator.pipeline import Pipeline
from server.orchestrator.query import Reason, RecommendQuery
from server.orchestrator.request import Request, begin
from server.orchestrator.request_explanation.explanation import (
    FeatureEffect,
    ItemExplanation,
    Outcome,
    Question,
    RequestExplanation,
    SourceTrace,
    StageTrace,
)
from server.orchestrator.request_explanation.feature_effects import feature_effects
from server.orchestrator.request_explanation.recording import Recorder, Run, StageTimes
from server.orchestrator.request_explanation.ways import Ways
from server.orchestrator.serving_state import ServingStates
from server.orchestrator.trace import RequestTrace

_SOURCE = "source."


class RequestExplainer:
    """Explains requests as the recommender would answer them now; nothing is logged or kept.

    Implements `ports.RecommendationExplainer`.
    """

    def __init__(
        self,
        *,
        states: ServingStates,
        contexts: ContextBuilder,
        sessions: FeedSessions,
        popular: PopularItems,
    ) -> None:
        self._states = states
        self._contexts = contexts
        self._feeds = FeedPages(sessions)
        self._popular = popular

    async def explain(self, query: RecommendQuery, question: Question) -> RequestExplanation:
        """Return why the first page of a new feed is what it is.

        Raises:
            UnknownServingConfigError, InvalidFilterError, UnknownAttributeError,
            DeadlineTooShortError, UnavailableError.
        """
        times, recorder = StageTimes(), Recorder()
        with RequestTrace(times).active() as trace:
            request = await begin(query, self._states.current, self._contexts, trace)
            pipeline = request.pipeline
            found = await self._feeds.first(_recorded(request, recorder), is_continued=False)
            with trace.stage("explain"):
                reasons = self._reasons(request, found)
        told = _Told(
            request, pipeline, found, recorder.runs or [Run(request.context)], times.seconds
        )
        effects = await told.effects(question) if question.includes_features else {}
        # Asking the selector what else it would do takes longer than the loop should wait.
        return await asyncio.to_thread(told.explanation, question, reasons, effects)

    def _reasons(self, request: Request, found: FeedPage) -> list[tuple[Reason, ...]]:
        parts = request.state.parts
        explainer = Explainer(
            popular=self._popular,
            co_engagement=parts.co_engagement,
            content=parts.content_index,
        )
        return explainer.reasons(request.context, found.page)


@dataclass(frozen=True, slots=True)
class _Told:
    """All that one request left behind."""

    request: Request
    pipeline: Pipeline
    found: FeedPage
    runs: Sequence[Run]
    seconds: Mapping[str, float]

    async def effects(self, question: Question) -> dict[int, tuple[FeatureEffect, ...]]:
        """Return what features did to the items that are shown or asked about."""
        trace = RequestTrace(NoObserver())
        kinds = {each.kind for each in self.request.trace.degradations}
        if DegradationKind.FALLBACK_RANKER in kinds:
            return {}
        asked = self.request.context.items.known_rows(question.item_ids)
        rows = np.union1d(self.found.page.rows, asked)
        effects: dict[int, tuple[FeatureEffect, ...]] = {}
        with trace.active():
            for run in self.runs:
                if run.predicted is not None:
                    effects |= await feature_effects(
                        run.context,
                        run.predicted,
                        rows,
                        names=self.request.state.parts.feature_names,
                        predictor=self.pipeline.predictor,
                        objective=self.pipeline.objective,
                    )
        return {} if trace.degradations else effects

    def explanation(
        self,
        question: Question,
        reasons: Sequence[tuple[Reason, ...]],
        effects: Mapping[int, tuple[FeatureEffect, ...]],
    ) -> RequestExplanation:
        query, context, trace = self.request.query, self.request.context, self.request.trace
        blocks = [
            rule
            for each in self.pipeline.filters
            if isinstance(each, Blocked)
            for rule in each.rules
        ]
        ways = [Ways.of(run, self.pipeline, blocks, query.page_size) for run in self.runs]
        shown = self.found.page.rows
        items = _Items(self.found, ways, set(shown.tolist()), context.items.ids, effects)
        first = self.runs[0]
        return RequestExplanation(
            serving_config=query.serving_config,
            request_id=query.request_id,
            stages=tuple(_stages(first, self.seconds)),
            sources=tuple(_sources(first)),
            filters={name: int(np.count_nonzero(~kept)) for name, kept in first.keeps.items()},
            rules=tuple(rule.name for rule in context.surface.rules),
            shown=tuple(
                replace(items.of(row), reasons=why)
                for row, why in zip(shown.tolist(), reasons, strict=True)
            ),
            asked=tuple(self._asked(question, items, shown, reasons)),
            dropped=tuple(map(items.of, ways[0].furthest(question.most_dropped, shown))),
            model_version=self.found.feed.model_version,
            exposures=tuple(sorted(context.variants.items())),
            degradations=trace.degradations,
        )

    def _asked(
        self,
        question: Question,
        items: _Items,
        shown: Rows,
        reasons: Sequence[tuple[Reason, ...]],
    ) -> Iterator[ItemExplanation]:
        why = dict(zip(shown.tolist(), reasons, strict=True))
        item_ids = tuple(dict.fromkeys(question.item_ids))
        rows = self.request.context.items.rows(item_ids).tolist()
        for item_id, row in zip(item_ids, rows, strict=True):
            if row < 0:
                yield ItemExplanation(item_id=item_id, outcome=Outcome.UNKNOWN)
            else:
                yield replace(items.of(row), reasons=why.get(row, ()))


class _Items:
    """Looks an item up in the run that ranked it, else in the first."""

    def __init__(
        self,
        found: FeedPage,
        ways: Sequence[Ways],
        shown: set[int],
        ids: Sequence[str],
        effects: Mapping[int, tuple[FeatureEffect, ...]],
    ) -> None:
        self._ways = ways
        self._shown = shown
        self._ids = ids
        self._effects = effects
        self._positions = {row: at for at, row in enumerate(found.feed.rows.tolist())}

    def of(self, row: int) -> ItemExplanation:
        ways = next((each for each in self._ways if row in each.places), self._ways[0])
        told = ways.of_item(
            row, self._ids[row], self._positions.get(row), is_shown=row in self._shown
        )
        return replace(told, features=self._effects.get(row, ()))


def _recorded(request: Request, recorder: Recorder) -> Request:
    """Return the request with stages that note what they do."""
    state, name = request.state, request.context.surface.name
    pipelines = {**state.pipelines, name: recorder.recorded(state.pipelines[name])}
    return replace(request, state=replace(state, pipelines=pipelines))


def _stages(run: Run, seconds: Mapping[str, float]) -> Iterator[StageTrace]:
    """Yield the stages in the order in which they ended, with the counts of the first ranking."""
    candidates = None if run.candidates is None else len(run.candidates)
    kept = None if run.pre_ranked is None else len(run.pre_ranked)
    shortlist = None if run.predicted is None else len(run.predicted)
    selected = None if run.selection is None else len(run.selection.order)
    counts = {
        "retrieve": (None, candidates),
        "catalog": (candidates, candidates),
        "filter": (candidates, kept),
        "pre_rank": (kept, shortlist),
        "features": (shortlist, shortlist),
        "predict": (shortlist, shortlist),
        "score": (shortlist, shortlist),
        "select": (shortlist, selected),
    }
    for name, took in seconds.items():
        if not name.startswith(_SOURCE):
            before, after = counts.get(name, (None, None))
            yield StageTrace(name, took, before, after)


def _sources(run: Run) -> Iterator[SourceTrace]:
    for bit in sorted(run.found):
        found = run.found[bit]
        has_failed = found.retrieved is None
        count = 0 if found.retrieved is None else len(found.retrieved.rows)
        yield SourceTrace(found.name, found.limit, count, found.seconds, has_failed)
