"""Merging a visitor into a user: first durably, then in the states."""

from __future__ import annotations

from dataclasses import dataclass

from server.profiles.ports import ProfileStore
from server.stream_processor.processor import StreamProcessor


@dataclass(frozen=True, slots=True)
class StreamVisitorMerger:
    """Implements the gateway's `VisitorMerger`."""

    profiles: ProfileStore
    stream: StreamProcessor

    async def merge(self, visitor_id: str, user_id: str) -> int:
        is_new = await self.profiles.merge(visitor_id, user_id)
        # Also when it is not new: a crash may have come between the two steps.
        count = await self.stream.merge_visitor(visitor_id, user_id)
        return count if is_new else 0
