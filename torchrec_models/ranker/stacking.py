"""Ranker rows for data without impressions: retrieve as of the cut, label with what came after.

Shape legend: Q queries, R rows, H heads, U users.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.histories import Histories
from torchrec_models.data.negatives import thin_negatives
from torchrec_models.data.snapshot import Events
from torchrec_models.errors import SnapshotError
from torchrec_models.features.queries import Queries, build_queries
from torchrec_models.features.raw_columns import Rows, World
from torchrec_models.ranker.candidates import Candidates, merged_candidates, pre_ranked
from torchrec_models.ranker.pre_ranker import PreRanker, fit_pre_ranker
from torchrec_models.recipe import Recipe

# Below this share of later engagement with known items, repeats are noise.
MIN_REPEAT_SHARE = 0.05
PRE_RANKER_QUERIES = 1500


@dataclass(frozen=True, slots=True)
class StackedRows:
    """Candidates that survive the pre-ranker, with labels and weights."""

    queries: Queries
    rows: Rows
    label_RH: npt.NDArray[np.float32]
    weight_R: npt.NDArray[np.float32]
    co_most_Q: npt.NDArray[np.float64]
    pre_ranker: PreRanker
    shortlist_recall: float


def stacked_rows(
    world: World,
    later: Events,
    heads: list[str],
    recipe: Recipe,
    *,
    time_ms: int,
    history_length: int,
    user_count: int,
    seed: int,
) -> StackedRows:
    """Build rows for users with a known and a later part.

    Where people come back to items, every user asks twice: once with known items hidden, once
    with repeats allowed, so that one ranker serves both kinds of surfaces.

    Raises:
        SnapshotError: there are no such users.
    """
    generator = np.random.default_rng(seed)
    user_Q = _users(world.histories, later, recipe.stacking_users, user_count, generator)
    if len(user_Q) == 0:
        raise SnapshotError("events.parquet: nobody engages again later; import more data first")
    known = [_known_items(world.histories, user) for user in user_Q]
    nothing = np.zeros(0, dtype=np.int32)
    masked = list(known)
    if repeat_share(world.histories, later) >= MIN_REPEAT_SHARE:
        user_Q = np.concatenate([user_Q, user_Q])
        masked += [nothing] * len(known)
    queries = build_queries(
        world.histories,
        user_Q,
        np.full(len(user_Q), time_ms, dtype=np.int64),
        history_length=history_length,
    )
    merged = merged_candidates(world, queries, masked, recipe.candidates)
    label_RH = later_labels(later, heads, queries, merged.rows, world.models.item_count)
    pre_ranker = _fit_pre_ranker(merged, label_RH.max(axis=1))
    shortlist = pre_ranked(merged, pre_ranker, recipe.candidates.pre_ranked)
    label_RH = later_labels(later, heads, queries, shortlist.rows, world.models.item_count)
    positive_R = label_RH.max(axis=1) > 0
    share = min(1.0, recipe.candidates.negatives * len(queries) / max(1, (~positive_R).sum()))
    kept, weight_R = thin_negatives(generator, positive_R, share)
    return StackedRows(
        queries=queries,
        rows=shortlist.rows.take(kept),
        label_RH=label_RH[kept],
        weight_R=weight_R,
        co_most_Q=shortlist.co_most_Q,
        pre_ranker=pre_ranker,
        shortlist_recall=float(positive_R.sum() / max(1, _wanted(later, queries))),
    )


def _fit_pre_ranker(merged: Candidates, label_R: npt.NDArray[np.float32]) -> PreRanker:
    """Fit on an even sample of the queries: five weights need no more."""
    query_R = merged.rows.query_R
    step = max(1, int(query_R.max(initial=0) + 1) // PRE_RANKER_QUERIES)
    rows = np.flatnonzero(query_R % step == 0)
    return fit_pre_ranker(merged.column_RW[rows], label_R[rows], query_R[rows])


def repeat_share(known: Histories, later: Events) -> float:
    """Return the share of later positive events on items the user already engaged with."""
    rows = np.flatnonzero(later.is_positive)
    width = int(max(known.item_P.max(initial=0), later.item_E.max(initial=0))) + 1
    seen = np.unique(known.users * width + known.item_P)
    wanted = later.user_E[rows].astype(np.int64) * width + later.item_E[rows]
    return float(np.isin(wanted, seen).mean()) if len(rows) else 0.0


def later_labels(
    later: Events, heads: list[str], queries: Queries, rows: Rows, item_count: int
) -> npt.NDArray[np.float32]:
    """Return (R, H): whether the row's user engaged so with its item in the later part."""
    pair_R = queries.user_Q[rows.query_R] * item_count + rows.item_R
    label_RH = np.zeros((len(rows), len(heads)), dtype=np.float32)
    for column, head in enumerate(heads):
        of_head = later.is_type(head) & later.is_positive
        pairs = later.user_E[of_head].astype(np.int64) * item_count + later.item_E[of_head]
        label_RH[:, column] = np.isin(pair_R, pairs)
    return label_RH


def _users(
    known: Histories,
    later: Events,
    most: int,
    user_count: int,
    generator: np.random.Generator,
) -> npt.NDArray[np.int64]:
    has_later = np.zeros(user_count, dtype=bool)
    has_later[later.user_E[later.is_positive]] = True
    users = np.flatnonzero(has_later & (known.lengths > 0))
    if len(users) > most:
        users = np.sort(generator.choice(users, size=most, replace=False))
    return users


def _known_items(histories: Histories, user: np.integer) -> npt.NDArray[np.int32]:
    return np.unique(histories.item_P[histories.start_U[user] : histories.start_U[user + 1]])


def _wanted(later: Events, queries: Queries) -> int:
    """Count the distinct later pairs that the queries could have found."""
    rows = np.flatnonzero(later.is_positive)
    width = int(later.item_E.max(initial=0)) + 1
    pairs = np.unique(later.user_E[rows].astype(np.int64) * width + later.item_E[rows])
    asked = np.bincount(queries.user_Q, minlength=int(pairs.max(initial=0) // width) + 1)
    return int(asked[pairs // width].sum())
