"""Items that are new in the catalogue."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from server.candidates.best_rows import best_rows, is_allowed
from server.candidates.popular_items import LOOP_ROWS
from server.core.batch import Mask, Retrieved, Rows
from server.core.context import RequestContext
from server.core.item_columns import ItemColumns

DAY_MS = 86_400_000
KEPT = 5_000
_REFRESH_MS = 60_000


def is_new(items: ItemColumns, rows: Rows, data_ms: int, max_age_ms: int) -> Mask:
    """Return which rows were created at most `max_age_ms` before `data_ms`, or later."""
    new: Mask = items.create_ms[rows] >= data_ms - max_age_ms
    return new


@dataclass(slots=True)
class _Latest:
    """The latest rows of the catalogue at one moment, the newest first, as it was then."""

    made_ms: int
    size: int
    version: int
    rows: Rows


@dataclass(slots=True)
class Fresh:
    """The latest created items that may be shown, the newest first; scores are 1 .. 0 by age."""

    name: ClassVar[str] = "fresh"
    max_age_ms: int = 30 * DAY_MS
    _latest: _Latest | None = field(default=None, init=False)

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        items = context.items
        if context.allowed is None:
            rows = await self._latest_rows(items, context.wall_ms)
        elif items.size <= LOOP_ROWS:
            rows = np.flatnonzero(context.allowed)
        else:
            rows = await asyncio.to_thread(np.flatnonzero, context.allowed)
        newest = self._newest_of(context, rows, limit)
        age = (context.data_ms - items.create_ms[newest]) / self.max_age_ms
        return Retrieved(newest, (1 - np.clip(age, 0, 1)).astype(np.float32))

    def _newest_of(self, context: RequestContext, rows: Rows, limit: int) -> Rows:
        """Return the newest of `rows` that are new and may be shown."""
        latest, items = self._latest, context.items
        few = rows[: 2 * limit + 100]
        is_in_order = latest is not None and rows is latest.rows and items.version == latest.version
        if is_in_order and len(few) < len(rows):
            # Nearly all may be shown: no need to look at the whole list.
            shown = self._shown(context, few)
            if len(shown) >= limit or not self._is_new(context, few[-1:]).any():
                return shown[:limit]
        rows = self._shown(context, rows)
        return best_rows(rows, items.create_ms[rows].astype(np.float64), limit).rows

    def _shown(self, context: RequestContext, rows: Rows) -> Rows:
        rows = rows[self._is_new(context, rows)]
        may_be = context.items.showable(rows, context.wall_ms)
        if context.allowed is not None:
            may_be &= is_allowed(rows, context.allowed)
        return rows[may_be]

    def _is_new(self, context: RequestContext, rows: Rows) -> Mask:
        return is_new(context.items, rows, context.data_ms, self.max_age_ms)

    async def _latest_rows(self, items: ItemColumns, wall_ms: int) -> Rows:
        latest = self._latest
        if (
            latest is None
            or wall_ms - latest.made_ms >= _REFRESH_MS
            or not 0 <= items.size - latest.size <= KEPT
        ):
            if items.size <= LOOP_ROWS:
                rows = _newest(items)
            else:
                rows = await asyncio.to_thread(_newest, items)
            latest = self._latest = _Latest(wall_ms, items.size, items.version, rows)
        if items.size == latest.size:
            return latest.rows
        return np.concatenate([latest.rows, np.arange(latest.size, items.size)])


def _newest(items: ItemColumns) -> Rows:
    rows = np.flatnonzero(items.active[: items.size])
    return best_rows(rows, items.create_ms[rows].astype(np.float64), KEPT).rows
