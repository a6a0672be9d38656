"""Drop items that may not be shown now: deleted, withdrawn, not yet or no longer available."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.batch import CandidateBatch, Mask
from server.core.context import RequestContext


@dataclass(frozen=True, slots=True)
class Unavailable:
    """By the wall clock: availability is a promise to people, not to data."""

    name: ClassVar[str] = "unavailable"

    def keep(self, context: RequestContext, batch: CandidateBatch) -> Mask:
        return context.items.showable(batch.items, context.wall_ms)
