"""Items that the subject engaged with before, for surfaces where repeats are welcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.candidates.best_rows import best_rows, is_allowed
from server.core.batch import Retrieved
from server.core.context import RequestContext


@dataclass(frozen=True, slots=True)
class EngagedBefore:
    """The items of the history, the most often engaged with first, then the latest."""

    name: ClassVar[str] = "engaged_before"

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        history = context.user.history
        rows, last, times = np.unique(history[::-1], return_index=True, return_counts=True)
        # Below one whole engagement, so that recency only orders equal counts.
        scores = times - last / (len(history) + 1)
        kept = is_allowed(rows, context.allowed)
        return best_rows(rows[kept], scores[kept], limit)
