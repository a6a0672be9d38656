"""Popularity: counts of positive events, lifetime and recency-weighted.

Shape legend: M items.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.snapshot import Events

HALF_LIFE_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Popularity:
    """Lifetime counts and counts that halve every seven days before the data's time."""

    lifetime_M: npt.NDArray[np.float32]
    recent_M: npt.NDArray[np.float32]


def fit_popularity(events: Events, item_count: int, data_time_ms: int) -> Popularity:
    """Count positive events (not distinct users)."""
    rows = np.flatnonzero(events.is_positive)
    age_ms = np.maximum(0, data_time_ms - events.time_E[rows]).astype(np.float64)
    lifetime = np.bincount(events.item_E[rows], minlength=item_count)
    recent = np.bincount(
        events.item_E[rows], weights=0.5 ** (age_ms / HALF_LIFE_MS), minlength=item_count
    )
    return Popularity(lifetime.astype(np.float32), recent.astype(np.float32))
