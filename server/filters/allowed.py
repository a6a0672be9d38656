"""Drop items that the request's filter does not allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.core.batch import CandidateBatch, Mask
from server.core.context import RequestContext


@dataclass(frozen=True, slots=True)
class Allowed:
    """Sources retrieve only allowed rows; this makes sure of it."""

    name: ClassVar[str] = "filter"

    def keep(self, context: RequestContext, batch: CandidateBatch) -> Mask:
        allowed = context.allowed
        if allowed is None:
            return np.ones(len(batch), np.bool_)
        inside = (batch.items >= 0) & (batch.items < len(allowed))
        kept: Mask = inside.copy()
        kept[inside] = allowed[batch.items[inside]]
        return kept
