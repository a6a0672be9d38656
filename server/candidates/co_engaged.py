"""Items engaged with by people who engaged with the same items as this subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.candidates.ports import CoEngagement
from server.core.batch import Retrieved
from server.core.context import RequestContext


@dataclass(frozen=True, slots=True)
class CoEngaged:
    """The largest sums of co-engagement with the recent history."""

    name: ClassVar[str] = "co_engaged"
    co_engagement: CoEngagement

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        history = context.user.recent_unique(self.co_engagement.history_length)
        return self.co_engagement.top(history, limit, context.allowed)
