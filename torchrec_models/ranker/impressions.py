"""Ranker rows for data with impressions: each one is a row, its feedback the label.

Shape legend: Q queries (impressions), R rows, H heads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.histories import Histories
from torchrec_models.data.labels import join_labels
from torchrec_models.data.snapshot import Events
from torchrec_models.features.queries import Queries, build_queries
from torchrec_models.features.raw_columns import Rows


@dataclass(frozen=True, slots=True)
class ImpressionRows:
    """One row an impression, in time order."""

    queries: Queries
    rows: Rows
    label_RH: npt.NDArray[np.float32]


def impression_rows(
    events: Events,
    histories: Histories,
    heads: list[str],
    *,
    from_ms: int,
    history_length: int,
) -> ImpressionRows:
    """Build rows of the impressions at or after `from_ms`; features see strictly earlier events."""
    impression_I = np.flatnonzero(events.is_type("impression") & (events.time_E >= from_ms))
    queries = build_queries(
        histories,
        events.user_E[impression_I].astype(np.int64),
        events.time_E[impression_I],
        history_length=history_length,
        context={name: column.take(impression_I) for name, column in events.context.items()},
    )
    return ImpressionRows(
        queries=queries,
        rows=Rows(np.arange(len(impression_I)), events.item_E[impression_I]),
        label_RH=join_labels(events, impression_I, heads),
    )
