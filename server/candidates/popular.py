"""Items that many engage with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.candidates.popular_items import PopularItems
from server.core.batch import Retrieved
from server.core.context import RequestContext


@dataclass(frozen=True, slots=True)
class Popular:
    """The most popular items that may be shown."""

    name: ClassVar[str] = "popular"
    items: PopularItems

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        return await self.items.top(
            context.items,
            limit,
            allowed=context.allowed,
            wall_ms=context.wall_ms,
            data_ms=context.data_ms,
        )
