"""Items that say of themselves what the recent items say: for cold users and cold items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.batch import Retrieved
from server.core.context import RequestContext
from server.vector_index.ports import VectorIndex


@dataclass(frozen=True, slots=True)
class Content:
    """The largest cosines with `context.content_vector`; nothing if no item is known."""

    name: ClassVar[str] = "content"
    index: VectorIndex

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        if context.content_vector is None:
            return Retrieved.nothing()
        found = await self.index.search(context.content_vector, limit, context.allowed)
        similar = found.scores > 0
        return Retrieved(found.rows[similar], found.scores[similar], "candidate.content")
