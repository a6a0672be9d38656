"""Items whose embedding is closest to the user's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.batch import Retrieved
from server.core.context import RequestContext
from server.vector_index.ports import VectorIndex


@dataclass(frozen=True, slots=True)
class TwoTower:
    """The largest inner products with `context.user_vector`.

    Nothing without a model, nor for someone of whom nothing is known: the model's cold vector
    says what is popular, which other sources say better and more honestly.
    """

    name: ClassVar[str] = "two_tower"
    index: VectorIndex

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        is_known = len(context.user.history) > 0 or len(context.user_attributes) > 0
        if context.user_vector is None or not is_known:
            return Retrieved.nothing()
        found = await self.index.search(context.user_vector, limit, context.allowed)
        return Retrieved(found.rows, found.scores, "candidate.two_tower")
