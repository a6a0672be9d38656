"""Generates candidates in bulk as the server's sources do, and pre-ranks them.

Shape legend: Q queries, R rows (candidates), M items, W pre-ranker columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.evaluation.ranking_metrics import top_k
from torchrec_models.features.candidate_models import score_all
from torchrec_models.features.queries import Queries
from torchrec_models.features.raw_columns import Rows, World, repeat_columns, share_of
from torchrec_models.ranker.pre_ranker import PreRanker, pre_rank_columns
from torchrec_models.recipe import CandidatesRecipe

FloatArray = npt.NDArray[np.float64]
_CHUNK = 256
_REPEATS = 200


@dataclass(frozen=True, slots=True)
class Candidates:
    """Merged candidates, their pre-ranker columns and each request's greatest co-engagement."""

    rows: Rows
    column_RW: FloatArray
    co_most_Q: FloatArray

    def take(self, rows: npt.NDArray[np.integer]) -> Candidates:
        """Return the given rows; keep them ascending."""
        return Candidates(self.rows.take(rows), self.column_RW[rows], self.co_most_Q)


def merged_candidates(
    world: World,
    queries: Queries,
    masked: Sequence[npt.NDArray[np.integer]],
    sizes: CandidatesRecipe,
) -> Candidates:
    """Merge two-tower, co-engaged, content, popular and repeated items of every query.

    `masked` items of a query are never candidates.
    """
    parts = [
        _chunk(world, queries, masked, sizes, first) for first in range(0, len(queries), _CHUNK)
    ]
    rows = Rows(
        np.concatenate([part.rows.query_R for part in parts]),
        np.concatenate([part.rows.item_R for part in parts]),
    )
    column_RW = np.concatenate([part.column_RW for part in parts])
    repeats = repeat_columns(world.histories, queries, rows)["candidate.times_engaged"]
    column_RW[:, -1] = np.log1p(repeats)
    return Candidates(rows, column_RW, np.concatenate([part.co_most_Q for part in parts]))


def _chunk(
    world: World,
    queries: Queries,
    masked: Sequence[npt.NDArray[np.integer]],
    sizes: CandidatesRecipe,
    first: int,
) -> Candidates:
    models = world.models
    chunk = np.arange(first, min(first + _CHUNK, len(queries)))
    queries = queries.take(chunk)
    scores = score_all(models, queries)
    hidden_QM = np.zeros(scores.two_tower_QM.shape, dtype=bool)
    for row, items in enumerate(masked[first : first + _CHUNK]):
        hidden_QM[row, items] = True
    chosen_QM = np.zeros_like(hidden_QM)
    popular_QM = np.broadcast_to(models.popularity_M, hidden_QM.shape)
    for score_QM, size in (
        (scores.two_tower_QM, sizes.two_tower),
        (scores.co_engaged_QM, sizes.co_engaged),
        (scores.content_QM, sizes.content),
        (popular_QM, sizes.popular),
    ):
        _choose_top(chosen_QM, np.where(hidden_QM, -np.inf, score_QM), size)
    _choose_repeats(chosen_QM, queries.recent_QN[:, :_REPEATS])
    query, item = np.nonzero(chosen_QM & ~hidden_QM)
    co_R = scores.co_engaged_QM[query, item].astype(np.float64)
    co_most_Q = np.zeros(len(chunk))
    np.maximum.at(co_most_Q, query, co_R)
    column_RW = pre_rank_columns(
        two_tower_R=scores.two_tower_QM[query, item],
        co_engaged_share_R=share_of(co_R, co_most_Q[query]),
        content_R=scores.content_QM[query, item],
        popularity_R=models.popularity_M[item],
        most_popular=float(models.popularity_M.max()),
        times_engaged_R=np.zeros(len(item)),
    )
    return Candidates(Rows(query + first, item.astype(np.int32)), column_RW, co_most_Q)


def _choose_top(
    chosen_QM: npt.NDArray[np.bool_], score_QM: npt.NDArray[np.floating], size: int
) -> None:
    if size <= 0:
        return
    best = top_k(score_QM, size)
    row, column = np.nonzero(best >= 0)
    chosen_QM[row, best[row, column]] = True


def _choose_repeats(chosen_QM: npt.NDArray[np.bool_], recent_QN: npt.NDArray[np.int32]) -> None:
    row, column = np.nonzero(recent_QN >= 0)
    chosen_QM[row, recent_QN[row, column]] = True


def pre_ranked(candidates: Candidates, pre_ranker: PreRanker, limit: int) -> Candidates:
    """Keep each query's `limit` best by the pre-ranker; the order of rows stays."""
    score_R = pre_ranker.score(candidates.column_RW)
    query_R = candidates.rows.query_R
    order = np.lexsort((-score_R, query_R))
    start = np.searchsorted(query_R[order], query_R[order])
    rank = np.arange(len(order)) - start
    return candidates.take(np.sort(order[rank < limit]))
