"""Builds small event tables for tests."""

from __future__ import annotations

import numpy as np

from torchrec_models.data.snapshot import Events

Row = tuple[int, int, str, int]


def events_of(rows: list[Row]) -> Events:
    """Build events from (user, item, type, time ms); impressions are neutral, hides negative."""
    signal_of = {"impression": 0, "hide": -1}
    rows = sorted(rows, key=lambda row: row[3])
    types = list(dict.fromkeys(row[2] for row in rows))
    return Events(
        user_E=np.array([row[0] for row in rows], dtype=np.int32),
        item_E=np.array([row[1] for row in rows], dtype=np.int32),
        type_E=np.array([types.index(row[2]) for row in rows], dtype=np.int16),
        time_E=np.array([row[3] for row in rows], dtype=np.int64),
        signal_E=np.array([signal_of.get(row[2], 1) for row in rows], dtype=np.int8),
        types=types,
        context={},
    )
