"""The pages of feeds: begun, continued, and retrieved again when the ranked tail runs out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch
from server.core.row_set import is_member
from server.core.slate import DegradationKind
from server.filters.blocked import Blocked
from server.orchestrator.feed import Feed
from server.orchestrator.feed_sessions import FeedSessions
from server.orchestrator.page import FEATURES, Page
from server.orchestrator.popular_slate import popular_slate
from server.orchestrator.query import PageRef
from server.orchestrator.request import Request


class FeedPage(NamedTuple):
    """One page of a feed and where the next one begins; None: the feed has ended."""

    page: Page
    feed: Feed
    next_page: PageRef | None
    features: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class FeedPages:
    """A page is the window [offset, offset + size) of its feed, less what may not be shown now.

    So the same token gives the same page, no item is on two pages, and what is deleted, hidden
    or blocked leaves a gap instead of moving the rest.
    """

    sessions: FeedSessions

    async def first(self, request: Request, *, is_continued: bool = True) -> FeedPage:
        """Rank a new feed and return its first page; `is_continued`: more pages may follow."""
        surface, size = request.context.surface, request.query.page_size
        slate = await request.slate(request.context)
        features = slate.batch.columns.get(FEATURES)
        subject = request.context.subject
        feed = self.sessions.begin(
            slate,
            digest=request.query.digest,
            subject_key="" if subject is None else subject.key,
            ttl_s=surface.feed_ttl_s,
        )
        ranked = len(feed)
        feed = await _filled(request, feed, size)
        page = Page.of(feed, 0, size)
        next_page = _next(feed, size) if is_continued else None
        if next_page is not None:
            await self.sessions.save(feed)
        if features is not None:
            # What was filled up has none of this ranking's features.
            features = features[: len(page)] if ranked >= len(page) else None
        return FeedPage(page, feed, next_page, features)

    async def following(self, request: Request, ref: PageRef) -> FeedPage:
        """Return a later page.

        Raises:
            PageTokenExpiredError, InvalidPageTokenError, UnavailableError.
        """
        digest = request.query.digest
        end = ref.offset + request.query.page_size
        feed = await self.sessions.load(ref.feed_id, digest)
        if end >= len(feed) and not feed.is_exhausted:
            async with self.sessions.lock(ref.feed_id):
                feed = await self.sessions.load(ref.feed_id, digest, latest=True)
                if end >= len(feed) and not feed.is_exhausted:
                    feed = await _filled(request, feed, end + 1)
                    await self.sessions.save(feed)
        page = Page.of(feed, ref.offset, request.query.page_size)
        return FeedPage(_still_shown(request, page), feed, _next(feed, end), None)

    async def check(self, ref: PageRef, digest: bytes) -> None:
        """Raise what `following` would raise."""
        await self.sessions.load(ref.feed_id, digest)


async def _filled(request: Request, feed: Feed, length: int) -> Feed:
    """Retrieve again until the feed has `length` items or nothing new is found."""
    while len(feed) < length and not feed.is_exhausted:
        if _is_out_of_time(request):
            # What is served now must be what the same token serves later.
            return replace(feed, is_exhausted=True)
        context = request.continued(feed.rows, feed.feed_id)
        more = feed.extended(await request.slate(context))
        if more.is_exhausted and request.is_shared and len(feed) < length:
            more = feed.extended(await popular_slate(context, request.pipeline))
        feed = more
    return feed


def _is_out_of_time(request: Request) -> bool:
    kinds = {degradation.kind for degradation in request.trace.degradations}
    return DegradationKind.FALLBACK_SLATE in kinds


def _next(feed: Feed, end: int) -> PageRef | None:
    if end >= len(feed) and feed.is_exhausted:
        return None
    return PageRef(feed.feed_id, end)


def _still_shown(request: Request, page: Page) -> Page:
    """Drop what was deleted, withdrawn, hidden or blocked since it was ranked."""
    context = request.context
    shown = context.items.showable(page.rows, context.wall_ms)
    shown &= ~is_member(context.user.hidden, page.rows)
    for each in request.pipeline.filters:
        if isinstance(each, Blocked):
            shown &= each.keep(context, CandidateBatch.of_items(page.rows))
    return page.take(shown)
