"""Answers the gateway: feeds, similar items, trends, rankings and pages of shelves."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from server.candidates.popular_items import PopularItems
from server.core.batch import CandidateBatch, Rows
from server.core.context import RequestContext
from server.core.slate import DegradationKind, Slate
from server.orchestrator.blender import without
from server.orchestrator.context_builder import ContextBuilder
from server.orchestrator.explanations import Explainer
from server.orchestrator.feed_pages import FeedPage, FeedPages
from server.orchestrator.feed_sessions import FeedSessions
from server.orchestrator.observer import NoObserver, Observer
from server.orchestrator.page import FEATURES, Page
from server.orchestrator.pipeline import score_candidates, select
from server.orchestrator.popular_slate import fallback_slate
from server.orchestrator.query import PageRef, Reason, RecommendQuery, ServedPage
from server.orchestrator.request import Request, begin
from server.orchestrator.serving_state import ServingState, ServingStates
from server.orchestrator.side_effects import SideEffects
from server.orchestrator.trace import RequestTrace


class PipelineRecommender:
    """The recommender of one server; implements `ports.Recommender`.

    Every request pins the serving state it begins with.
    """

    def __init__(
        self,
        *,
        states: ServingStates,
        contexts: ContextBuilder,
        sessions: FeedSessions,
        popular: PopularItems,
        side_effects: SideEffects,
        observer: Observer | None = None,
    ) -> None:
        self._states = states
        self._contexts = contexts
        self._feeds = FeedPages(sessions)
        self._sessions = sessions
        self._popular = popular
        self._side_effects = side_effects
        self._observer = observer or NoObserver()

    async def recommend(self, query: RecommendQuery) -> ServedPage:
        with RequestTrace(self._observer).active() as trace:
            request = await begin(query, self._states.current, self._contexts, trace)
            if query.validate_only:
                return await self._checked(request)
            if query.page is None:
                found = await self._feeds.first(request)
            else:
                found = await self._feeds.following(request, query.page)
            return self._served_feed(request, found)

    async def similar(self, item_id: str, query: RecommendQuery) -> ServedPage:
        query = replace(query, subject=None, seed_item_ids=(item_id,))
        with RequestTrace(self._observer).active() as trace:
            request = await begin(query, self._states.current, self._contexts, trace)
            request = replace(request, context=_towards_seed(request.context, request.state))
            return self._served_feed(request, await self._feeds.first(request, is_continued=False))

    async def trending(self, query: RecommendQuery) -> ServedPage:
        query = replace(query, subject=None)
        with RequestTrace(self._observer).active() as trace:
            request = await begin(query, self._states.current, self._contexts, trace)
            return self._served_feed(request, await self._feeds.first(request, is_continued=False))

    async def rank(self, item_ids: Sequence[str], query: RecommendQuery) -> ServedPage:
        with RequestTrace(self._observer).active() as trace:
            request = await begin(query, self._states.current, self._contexts, trace)
            context = request.context
            rows = context.items.rows(item_ids)
            known = context.items.showable(rows, context.wall_ms)
            skipped = [item for item, is_known in zip(item_ids, known, strict=True) if not is_known]
            _, first = np.unique(rows[known], return_index=True)
            slate = await self._ranked(request, rows[known][np.sort(first)])
            return self._served(
                request,
                Page.of_slate(slate),
                model_version=slate.model_version,
                features=slate.batch.columns.get(FEATURES),
                skipped_item_ids=tuple(dict.fromkeys(skipped)),
            )

    async def compose(self, shelves: Sequence[RecommendQuery]) -> list[ServedPage]:
        state = self._states.current
        session_id = next((each.session_id for each in shelves if each.session_id), _new_session())
        queries = [replace(shelf, session_id=session_id) for shelf in shelves]
        scored = await asyncio.gather(*(self._scored_shelf(query, state) for query in queries))
        taken = np.empty(0, np.int64)
        pages = []
        # Candidates are scored side by side; only the choice waits for the shelves above, so that
        # the propensities are exact given what stands there.
        for request, batch in scored:
            with request.trace.active():
                slate = await _shelf_slate(request, batch, taken)
                taken = np.concatenate([taken, slate.batch.items])
                page = self._served(
                    request,
                    Page.of_slate(slate),
                    model_version=slate.model_version,
                    features=slate.batch.columns.get(FEATURES),
                )
                pages.append(page)
        return pages

    async def _checked(self, request: Request) -> ServedPage:
        """Check what `begin` has not, and return an empty page."""
        query = request.query
        if query.page is not None:
            await self._feeds.check(query.page, query.digest)
        return ServedPage(
            items=(),
            request_id=query.request_id,
            session_id=query.session_id,
            serving_config=query.serving_config,
        )

    async def _scored_shelf(
        self, query: RecommendQuery, state: ServingState
    ) -> tuple[Request, CandidateBatch | None]:
        with RequestTrace(self._observer).active() as trace:
            request = await begin(query, state, self._contexts, trace)
            request = replace(request, context=replace(request.context, limit=query.page_size))
            return request, await request.scored(request.context)

    async def _ranked(self, request: Request, rows: Rows) -> Slate:
        context = replace(request.context, limit=len(rows), allowed=None)
        pipeline = request.state.rankings[context.surface.name]

        async def ranked() -> Slate:
            encoded = await self._contexts.encoded(context, request.state.parts)
            batch = await score_candidates(encoded, CandidateBatch.of_items(rows), pipeline)
            return select(encoded, batch, pipeline)

        async def by_popularity() -> Slate:
            request.trace.degraded(DegradationKind.FALLBACK_SLATE, "deadline")
            scores = self._popular.score_of(rows)
            batch = CandidateBatch.of_items(rows).with_scores(scores)
            return replace(select(context, batch, pipeline), model_version="")

        return await request.in_time(ranked, by_popularity)

    def _served_feed(self, request: Request, found: FeedPage) -> ServedPage:
        has_next = found.next_page is not None
        return self._served(
            request,
            found.page,
            model_version=found.feed.model_version,
            features=found.features,
            next_page=found.next_page,
            feed_ttl_s=self._sessions.seconds_left(found.feed) if has_next else 0,
        )

    def _served(
        self,
        request: Request,
        page: Page,
        *,
        model_version: str,
        features: NDArray[np.float32] | None = None,
        next_page: PageRef | None = None,
        feed_ttl_s: int = 0,
        skipped_item_ids: tuple[str, ...] = (),
    ) -> ServedPage:
        """Return the page as a value and begin its side effects."""
        query, trace = request.query, request.trace
        context = replace(request.context, session_id=query.session_id or _new_session())
        reasons: list[tuple[Reason, ...]] = []
        if query.include_reasons:
            with trace.stage("explain"):
                reasons = self._explainer(request.state).reasons(context, page)
        self._side_effects.start(context, page.slate(model_version, features))
        return ServedPage(
            items=page.served(context.items, reasons),
            request_id=query.request_id,
            session_id=context.session_id,
            serving_config=query.serving_config,
            next_page=next_page,
            feed_ttl_s=feed_ttl_s,
            model_version=model_version,
            exposures=tuple(sorted(context.variants.items())),
            degradations=trace.degradations,
            is_shared=request.is_shared,
            skipped_item_ids=skipped_item_ids,
            counts=trace.counts(len(page)),
        )

    def _explainer(self, state: ServingState) -> Explainer:
        return Explainer(
            popular=self._popular,
            co_engagement=state.parts.co_engagement,
            content=state.parts.content_index,
        )


async def _shelf_slate(request: Request, batch: CandidateBatch | None, taken: Rows) -> Slate:
    """Choose a shelf's items among those that no shelf above has."""
    if batch is not None:
        return select(request.context, without(batch, taken), request.pipeline)
    excluded = np.union1d(request.context.excluded, taken)
    return await fallback_slate(replace(request.context, excluded=excluded), request.pipeline)


def _towards_seed(context: RequestContext, state: ServingState) -> RequestContext:
    """Let the two-tower source look for items near the seed's own vector."""
    vectors = state.parts.item_vectors
    if vectors is None or len(context.seeds) == 0:
        return context
    vector = vectors.of(context.seeds[:1])[0]
    return replace(context, user_vector=vector) if vector.any() else context


def _new_session() -> str:
    return secrets.token_urlsafe(12)
