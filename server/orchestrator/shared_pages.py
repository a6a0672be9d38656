"""Pages that have no subject, served to everyone who asks for the same within a few seconds."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from server.core.clock import Clock
from server.core.item_columns import ItemColumns
from server.core.slate import DegradationKind
from server.orchestrator.ports import Recommender
from server.orchestrator.query import RecommendQuery, ServedPage

_Key: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    page: ServedPage
    made_s: float


class SharedPages:
    """A recommender that keeps trending and similar items of surfaces that are shared.

    A page is kept for `max_age_s` and no longer than all its items may be shown: a deleted item is
    gone with the next request. Requests for the same page that come while it is made wait for it.
    Pages that something went wrong with, and feeds, which belong to who began them, are not kept.
    """

    def __init__(
        self,
        recommender: Recommender,
        items: Callable[[], ItemColumns],
        clock: Clock,
        *,
        max_age_s: float,
        capacity: int,
        version: Callable[[], object] = lambda: None,
    ) -> None:
        """`max_age_s` 0: nothing is kept. `capacity`: pages; the least recently used goes first.

        A page is kept no longer than what `version` returns stays the same.
        """
        self._recommender = recommender
        self._items = items
        self._clock = clock
        self._max_age_s = max_age_s
        self._capacity = capacity
        self._version = version
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._making: dict[_Key, asyncio.Future[ServedPage]] = {}

    async def recommend(self, query: RecommendQuery) -> ServedPage:
        return await self._recommender.recommend(query)

    async def similar(self, item_id: str, query: RecommendQuery) -> ServedPage:
        key = ("similar", item_id, *_identity(query))
        return await self._shared(key, lambda: self._recommender.similar(item_id, query))

    async def trending(self, query: RecommendQuery) -> ServedPage:
        key = ("trending", *_identity(query))
        return await self._shared(key, lambda: self._recommender.trending(query))

    async def rank(self, item_ids: Sequence[str], query: RecommendQuery) -> ServedPage:
        return await self._recommender.rank(item_ids, query)

    async def compose(self, shelves: Sequence[RecommendQuery]) -> list[ServedPage]:
        return await self._recommender.compose(shelves)

    async def _shared(self, key: _Key, make: Callable[[], Awaitable[ServedPage]]) -> ServedPage:
        if self._max_age_s <= 0:
            return await make()
        key = (self._version(), *key)
        kept = self._fresh(key)
        if kept is not None:
            return kept
        making = self._making.get(key)
        if making is None:
            return await self._make(key, make)
        try:
            # Whoever waits may go away without ending it for the others.
            page = await asyncio.shield(making)
        except Exception:
            # It was made with another caller's deadline.
            return await make()
        return replace(page, age_s=0.0) if page.is_shared else await make()

    async def _make(self, key: _Key, make: Callable[[], Awaitable[ServedPage]]) -> ServedPage:
        making = asyncio.ensure_future(make())
        self._making[key] = making
        making.add_done_callback(lambda done: self._finished(key, done))
        return await asyncio.shield(making)

    def _finished(self, key: _Key, making: asyncio.Future[ServedPage]) -> None:
        del self._making[key]
        # Reading the exception marks it as seen, in case that all who waited are gone.
        if making.cancelled() or making.exception() is not None:
            return
        page = making.result()
        if may_be_kept(page):
            self._kept[key] = _Kept(page, time.monotonic())
            if len(self._kept) > self._capacity:
                self._kept.popitem(last=False)

    def _fresh(self, key: _Key) -> ServedPage | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        age_s = time.monotonic() - kept.made_s
        if age_s >= self._max_age_s or not self._is_showable(kept.page):
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return replace(kept.page, age_s=age_s)

    def _is_showable(self, page: ServedPage) -> bool:
        rows = np.fromiter((item.row for item in page.items), np.int64, len(page.items))
        return bool(self._items().showable(rows, self._clock.now_ms()).all())


def may_be_kept(page: ServedPage) -> bool:
    """Tell whether anyone may get a page, and a new one would be no better: that there is no model
    yet is no passing fault."""
    return page.is_shared and all(
        each.kind is DegradationKind.NO_MODEL for each in page.degradations
    )


def _identity(query: RecommendQuery) -> _Key:
    """Return what two queries without a subject share when their pages are the same."""
    return (
        query.serving_config,
        tuple(sorted(query.attributes.items())),
        query.filter,
        query.page_size,
        query.include_reasons,
    )
