"""Why each item of a page is there: reasons from what really brought it.

Shape letters: n items of the page, H recent distinct items, T attribute values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.candidates.popular_items import PopularItems
from server.candidates.ports import CoEngagement
from server.core.batch import Rows
from server.core.context import RequestContext
from server.core.row_set import is_member
from server.orchestrator.page import Page
from server.orchestrator.query import Reason, ReasonCode
from server.orchestrator.shared_attributes import shared_attributes
from server.vector_index.ports import VectorLookup

MOST_REASONS = 4
_MOST_ITEMS = 3
_RECENT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Knows the reasons of one model version; what it lacks gives no reasons."""

    popular: PopularItems
    co_engagement: CoEngagement | None = None
    content: VectorLookup | None = None

    def reasons(self, context: RequestContext, page: Page) -> list[tuple[Reason, ...]]:
        """Return each item's reasons, the most telling first, at most four."""
        found: list[list[Reason]] = [[] for _ in range(len(page))]
        for at, reason in self._all(context, page):
            found[at].append(reason)
        for reasons, sources in zip(found, page.sources.tolist(), strict=True):
            if sources and not reasons:
                # Nothing is known of it: it can only be here to be learned about.
                reasons.append(Reason(ReasonCode.EXPLORATION))
        return [tuple(reasons[:MOST_REASONS]) for reasons in found]

    def _all(self, context: RequestContext, page: Page) -> Iterator[tuple[int, Reason]]:
        yield from _flagged(ReasonCode.EDITORIAL, page.is_ruled)
        yield from _flagged(ReasonCode.EXPLORATION, page.is_explored)
        engaged = np.union1d(context.user.engaged, context.user.history)
        yield from _flagged(ReasonCode.ENGAGED_BEFORE, is_member(engaged, page.rows))
        yield from self._engaged_together(context, page)
        yield from self._similar_content(context, page)
        yield from _flagged(ReasonCode.MATCHES_YOUR_TASTE, page.found_by("two_tower"))
        yield from shared_attributes(context, page, _RECENT)
        yield from _flagged(ReasonCode.TRENDING, page.found_by("trending"))
        is_popular = page.found_by("popular") & (self.popular.score_of(page.rows) > 0)
        yield from _flagged(ReasonCode.POPULAR, is_popular)
        yield from _flagged(ReasonCode.NEW, page.found_by("fresh"))

    def _engaged_together(
        self, context: RequestContext, page: Page
    ) -> Iterator[tuple[int, Reason]]:
        found = np.flatnonzero(page.found_by("co_engaged"))
        if self.co_engagement is None or len(found) == 0:
            return
        history = context.user.recent_unique(self.co_engagement.history_length)
        added = self.co_engagement.contributions(history, page.rows[found])
        yield from _pointing(ReasonCode.ENGAGED_TOGETHER, context, found, history, added)

    def _similar_content(self, context: RequestContext, page: Page) -> Iterator[tuple[int, Reason]]:
        found = np.flatnonzero(page.found_by("content"))
        recent = context.user.recent_unique(_RECENT)
        recent = recent[recent < context.items.size]
        if self.content is None or len(found) == 0 or len(recent) == 0:
            return
        vectors = self.content.vectors(np.concatenate([page.rows[found], recent]))
        cosines = vectors[: len(found)] @ vectors[len(found) :].T
        # Two items with a few words in common are not alike.
        alike = np.where(cosines >= 0.3, cosines, 0)
        yield from _pointing(ReasonCode.SIMILAR_CONTENT, context, found, recent, alike)


def _flagged(code: ReasonCode, mask: NDArray[np.bool_]) -> Iterator[tuple[int, Reason]]:
    reason = Reason(code)
    for at in np.flatnonzero(mask).tolist():
        yield at, reason


def _pointing(
    code: ReasonCode,
    context: RequestContext,
    found: NDArray[np.intp],
    history: Rows,
    weights: NDArray[np.floating],
) -> Iterator[tuple[int, Reason]]:
    """Yield a reason for each item that some of the history speaks for, naming the strongest."""
    strongest = np.argsort(-weights, axis=1, kind="stable")[:, :_MOST_ITEMS]
    for at, row_weights, best in zip(found.tolist(), weights, strongest, strict=True):
        named = history[best[row_weights[best] > 0]].tolist()
        if named:
            yield at, Reason(code, item_ids=tuple(context.items.ids[row] for row in named))
