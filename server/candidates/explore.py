"""Items drawn at random, so that everything has a chance to be ranked and learned about."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.candidates.best_rows import is_allowed
from server.candidates.popular_items import LOOP_ROWS
from server.core.batch import Retrieved, Rows
from server.core.context import RequestContext

# Drawn per wanted item: enough unless most of the catalogue may not be shown.
_DRAWS = 3


@dataclass(frozen=True, slots=True)
class Explore:
    """Showable items drawn uniformly without repeats, by the request's seed; all score 0."""

    name: ClassVar[str] = "explore"

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        generator = np.random.default_rng(context.random_seed)
        rows = np.empty(0, np.int64)
        if context.allowed is None:
            rows = self._draw(context, limit, generator)
        if len(rows) < limit:
            if context.items.size <= LOOP_ROWS:
                rows = self._choose(context, limit, generator)
            else:
                rows = await asyncio.to_thread(self._choose, context, limit, generator)
        return Retrieved(rows, np.zeros(len(rows), np.float32))

    def _draw(self, context: RequestContext, limit: int, generator: np.random.Generator) -> Rows:
        """Draw rows with repeats and keep each one's first draw: uniform, and cheap at any size."""
        size = context.items.size
        if size == 0:
            return np.empty(0, np.int64)
        drawn = generator.integers(0, size, limit * _DRAWS)
        rows = np.array(list(dict.fromkeys(drawn.tolist())), np.int64)
        return rows[context.items.showable(rows, context.wall_ms)][:limit]

    def _choose(self, context: RequestContext, limit: int, generator: np.random.Generator) -> Rows:
        """Choose among all rows that may be shown."""
        rows = np.flatnonzero(context.items.active[: context.items.size])
        rows = rows[is_allowed(rows, context.allowed)]
        rows = rows[context.items.showable(rows, context.wall_ms)]
        return generator.permutation(rows)[:limit]
