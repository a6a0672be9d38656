"""Raw numeric features of rows (a query and an item), by raw name.

Shape legend: Q queries, R rows sorted by query, M items, W the last 200 positive events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.histories import Histories, last_events
from torchrec_models.data.snapshot import Items
from torchrec_models.features.affinity import HISTORY_ITEMS, ItemValues, affinities
from torchrec_models.features.candidate_models import CandidateModels, co_engaged
from torchrec_models.features.counts import Counters, age_days, item_columns, user_columns
from torchrec_models.features.queries import Queries, content_profiles

REPEAT_WINDOW = 200
_DAY_MS = 24 * 3600 * 1000
_CHUNK = 512
_ROW_CHUNK = 16_384
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """Everything that raw features are computed from, as known at the queries' times."""

    items: Items
    histories: Histories
    counters: Counters
    models: CandidateModels
    values: dict[str, ItemValues]


@dataclass(frozen=True, slots=True)
class Rows:
    """Candidates: the query of each (ascending) and its model item."""

    query_R: npt.NDArray[np.int64]
    item_R: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.query_R)

    def take(self, rows: npt.NDArray[np.integer]) -> Rows:
        """Return the given rows; keep them ascending."""
        return Rows(self.query_R[rows], self.item_R[rows])


def raw_numbers(
    world: World, queries: Queries, rows: Rows, *, co_most_Q: FloatArray | None = None
) -> dict[str, FloatArray]:
    """Return every numeric raw column (R,).

    `co_most_Q` is the greatest co-engagement among each request's candidates; without it the
    maximum over all items stands in.
    """
    time_R = queries.time_Q[rows.query_R]
    columns = item_columns(world.counters, rows.item_R, time_R)
    columns["item.age_days"] = age_days(world.items.create_time_ms, rows.item_R, time_R)
    for name, column_Q in user_columns(world.counters, queries.user_Q, queries.time_Q).items():
        columns[name] = column_Q[rows.query_R]
    columns.update(_score_columns(world.models, queries, rows, co_most_Q))
    columns.update(repeat_columns(world.histories, queries, rows))
    for name, values in world.values.items():
        columns[f"candidate.affinity.{name}"] = affinities(
            values, queries.recent_QN[:, :HISTORY_ITEMS], rows.query_R, rows.item_R
        ).astype(np.float64)
    return columns


def _score_columns(
    models: CandidateModels, queries: Queries, rows: Rows, co_most_Q: FloatArray | None
) -> dict[str, FloatArray]:
    profile_QC = content_profiles(models.content_MC, queries.recent_QN)
    co_R, most_Q = _co_engaged_rows(models, queries, rows)
    most_R = (most_Q if co_most_Q is None else co_most_Q)[rows.query_R]
    return {
        "candidate.two_tower": _dots(models.encode_users(queries), models.item_vector_MD, rows),
        "candidate.co_engaged": co_R,
        "candidate.content": _dots(profile_QC, models.content_MC, rows),
        "candidate.co_engaged_share": share_of(co_R, most_R),
    }


def _dots(
    query_QD: npt.NDArray[np.float32], item_MD: npt.NDArray[np.float32], rows: Rows
) -> FloatArray:
    """Return each row's dot product (R,), without the matrix of all items."""
    dot_R = np.zeros(len(rows), dtype=np.float64)
    for begin in range(0, len(rows), _ROW_CHUNK):
        part = slice(begin, begin + _ROW_CHUNK)
        dot_R[part] = np.einsum(
            "rd,rd->r", query_QD[rows.query_R[part]], item_MD[rows.item_R[part]]
        )
    return dot_R


def _co_engaged_rows(
    models: CandidateModels, queries: Queries, rows: Rows
) -> tuple[FloatArray, FloatArray]:
    """Return each row's co-engagement (R,) and each query's greatest over all items (Q,)."""
    co_R, most_Q = np.zeros(len(rows)), np.zeros(len(queries))
    for first in range(0, len(queries), _CHUNK):
        begin, end = np.searchsorted(rows.query_R, [first, first + _CHUNK])
        scores_QM = co_engaged(models, queries.recent_QN[first : first + _CHUNK])
        most_Q[first : first + _CHUNK] = scores_QM.max(axis=1)
        co_R[begin:end] = scores_QM[rows.query_R[begin:end] - first, rows.item_R[begin:end]]
    return co_R, most_Q


def share_of(score_R: FloatArray, most_R: FloatArray) -> FloatArray:
    """Return score / most, 0 where `most` is not positive."""
    return np.where(most_R > 0, score_R / np.where(most_R > 0, most_R, 1.0), 0.0)


def repeat_columns(histories: Histories, queries: Queries, rows: Rows) -> dict[str, FloatArray]:
    """Return how often and how long ago each item is among the last 200 positive events."""
    times = np.zeros(len(rows), dtype=np.float64)
    days = np.full(len(rows), np.nan)
    for begin in range(0, len(rows), _ROW_CHUNK):
        part = slice(begin, begin + _ROW_CHUNK)
        query = rows.query_R[part]
        distinct, inverse = np.unique(query, return_inverse=True)
        event_QW = last_events(
            histories, queries.user_Q[distinct], queries.end_Q[distinct], REPEAT_WINDOW
        )
        item_QW = np.where(event_QW >= 0, histories.item_P[np.maximum(event_QW, 0)], -1)
        same_RW = item_QW[inverse] == rows.item_R[part][:, None]
        times[part] = same_RW.sum(axis=1)
        latest = same_RW.argmax(axis=1)
        age_ms = queries.time_Q[query] - histories.time_P[event_QW[inverse, latest]]
        days[part] = np.where(times[part] > 0, age_ms / _DAY_MS, np.nan)
    return {"candidate.times_engaged": times, "candidate.days_since_engaged": days}
