"""Popularity columns from the live counters, for serving before any model is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Column, Rows
from server.core.context import RequestContext
from server.features.ports import ItemSignals


@dataclass(frozen=True, slots=True)
class LivePopularity:
    """Adds `item.popularity` and `item.recent_popularity`."""

    name: ClassVar[str] = "live_popularity"
    signals: ItemSignals

    async def hydrate(self, context: RequestContext, batch: CandidateBatch) -> Mapping[str, Column]:
        return {
            "item.popularity": _of(self.signals.popularity(), batch.items),
            "item.recent_popularity": _of(self.signals.recent(context.data_ms), batch.items),
        }


def _of(counts: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
    if len(counts) == 0:
        return np.zeros(len(rows), np.float32)
    inside = rows < len(counts)
    return np.where(inside, counts[np.where(inside, rows, 0)], np.float32(0))
