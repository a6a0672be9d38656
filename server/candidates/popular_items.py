"""What is popular now, kept in memory: a source, and the last resort when nothing else works."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.candidates.best_rows import best_rows, is_allowed
from server.core.batch import Mask, Retrieved, Rows
from server.core.item_columns import ItemColumns
from server.features.ports import ItemSignals

TOP_LENGTH = 5_000
# Work on more rows than this leaves the event loop.
LOOP_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Shapes: scores (M,) float32 by row; top.rows (T,) best first."""

    made_ms: int
    size: int
    scores: NDArray[np.float32]
    top: Retrieved


class PopularItems:
    """Lifetime popularity blended with the last days', both as shares of their maximum.

    Items without engagements score 0 and come last, so that a new system answers too. The scores
    are at most `refresh_ms` old.
    """

    def __init__(self, signals: ItemSignals, *, refresh_ms: int = 2_000) -> None:
        self._signals = signals
        self._refresh_ms = refresh_ms
        self._snapshot: _Snapshot | None = None
        self._refreshing: asyncio.Task[None] | None = None

    async def top(
        self, items: ItemColumns, limit: int, *, allowed: Mask | None, wall_ms: int, data_ms: int
    ) -> Retrieved:
        """Return the `limit` most popular rows that may be shown."""
        await self._refresh(items, wall_ms, data_ms)
        found = self.known_top(items, limit, allowed=allowed, wall_ms=wall_ms)
        if len(found.rows) == limit or self._snapshot is None:
            return found
        if items.size <= LOOP_ROWS:
            return self._search(items, limit, allowed, wall_ms)
        return await asyncio.to_thread(self._search, items, limit, allowed, wall_ms)

    def known_top(
        self, items: ItemColumns, limit: int, *, allowed: Mask | None, wall_ms: int
    ) -> Retrieved:
        """Return what the kept list holds, without any waiting: possibly fewer than `limit`."""
        if self._snapshot is None:
            return Retrieved.nothing()
        top = self._snapshot.top
        if allowed is None:
            # Nearly all may be shown: no need to look at the whole list.
            few = slice(2 * limit + 100)
            found = _shown(items, Retrieved(top.rows[few], top.scores[few]), None, wall_ms, limit)
            if len(found.rows) == limit:
                return found
        return _shown(items, top, allowed, wall_ms, limit)

    def score_of(self, rows: Rows) -> NDArray[np.float32]:
        """Return (N,) the kept scores; 0 for rows without one."""
        if self._snapshot is None:
            return np.zeros(len(rows), np.float32)
        return _take(self._snapshot.scores, rows)

    async def _refresh(self, items: ItemColumns, wall_ms: int, data_ms: int) -> None:
        snapshot = self._snapshot
        if snapshot is not None and abs(wall_ms - snapshot.made_ms) < self._refresh_ms:
            return
        if items.size <= LOOP_ROWS:
            self._make(items, wall_ms, data_ms)
            return
        if self._refreshing is None or self._refreshing.done():
            work = asyncio.to_thread(self._make, items, wall_ms, data_ms)
            self._refreshing = asyncio.create_task(work, name="popular items")
        if snapshot is None:
            # Shielded: others wait for the same work when this request is cancelled.
            await asyncio.shield(self._refreshing)

    def _make(self, items: ItemColumns, wall_ms: int, data_ms: int) -> None:
        scores = np.zeros(items.size, np.float32)
        for counts in (self._signals.popularity(), self._signals.recent(data_ms)):
            known = np.log1p(np.maximum(counts[: items.size], 0))
            scores[: len(known)] += known / max(float(known.max(initial=0)), 1e-9) / 2
        rows = np.flatnonzero(items.active[: items.size])
        top = best_rows(rows, scores[rows], TOP_LENGTH)
        self._snapshot = _Snapshot(wall_ms, items.size, scores, top)

    def _search(
        self, items: ItemColumns, limit: int, allowed: Mask | None, wall_ms: int
    ) -> Retrieved:
        mask = items.active[: items.size]
        if allowed is not None:
            mask = mask & _padded(allowed, items.size)
        rows = np.flatnonzero(mask)
        rows = rows[items.showable(rows, wall_ms)]
        return best_rows(rows, self.score_of(rows), limit)


def _shown(
    items: ItemColumns, found: Retrieved, allowed: Mask | None, wall_ms: int, limit: int
) -> Retrieved:
    kept = items.showable(found.rows, wall_ms) & is_allowed(found.rows, allowed)
    return Retrieved(found.rows[kept][:limit], found.scores[kept][:limit])


def _padded(mask: Mask, size: int) -> Mask:
    if len(mask) >= size:
        return mask[:size]
    return np.concatenate([mask, np.zeros(size - len(mask), np.bool_)])


def _take(values: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
    if len(values) == 0:
        return np.zeros(len(rows), np.float32)
    inside = (rows >= 0) & (rows < len(values))
    return np.where(inside, values[np.where(inside, rows, 0)], np.float32(0))
