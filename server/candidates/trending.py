"""Items that are engaged with unusually often right now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.candidates.best_rows import keep_allowed
from server.core.batch import Retrieved
from server.core.context import RequestContext
from server.features.ports import ItemSignals


@dataclass(frozen=True, slots=True)
class Trending:
    """The strongest trends of the sliding windows, by the data clock."""

    name: ClassVar[str] = "trending"
    signals: ItemSignals

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        return keep_allowed(self.signals.trending(context.data_ms), context.allowed, limit)
