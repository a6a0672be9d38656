"""Drop items that the subject was shown too often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.core.batch import CandidateBatch, Mask
from server.core.context import RequestContext
from server.core.row_set import is_member
from server.core.surface import SeenPolicy


@dataclass(frozen=True, slots=True)
class Seen:
    """Under EXCLUDE, items with `seen_limit` impressions or more; other policies keep all."""

    name: ClassVar[str] = "seen"

    def keep(self, context: RequestContext, batch: CandidateBatch) -> Mask:
        if context.surface.seen is not SeenPolicy.EXCLUDE:
            return np.ones(len(batch), np.bool_)
        worn_out = context.user.seen[context.user.seen_counts >= context.surface.seen_limit]
        return ~is_member(worn_out, batch.items)
