"""Fits the ranker where data has impressions, with a head that knows about unseen candidates.

Impressions say what is clicked once it is shown, and nothing about what was never shown. So
candidates as of an earlier moment are added, and the head `engage` learns from them alone which
ones the user engaged with later; the other heads learn from impressions alone.

Shape legend: I impressions, S stacked rows, R = I + S rows, H heads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.snapshot import Snapshot
from torchrec_models.features.queries import Queries
from torchrec_models.features.raw_columns import World, raw_numbers
from torchrec_models.progress import report
from torchrec_models.ranker.fitting import FittedRanker, head_metrics
from torchrec_models.ranker.impressions import ImpressionRows
from torchrec_models.ranker.inputs import InputEncoder, RankerInputs, stacked_inputs
from torchrec_models.ranker.objective import ENGAGE, balanced_weights
from torchrec_models.ranker.plan import RankerPlan, plan_ranker
from torchrec_models.ranker.stacking import StackedRows
from torchrec_models.ranker.training import RankerRows, predict, train_ranker
from torchrec_models.recipe import Recipe

VALIDATION_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class RankerData:
    """Impressions with the world they saw, and stacked candidates with theirs."""

    impressions: ImpressionRows
    impression_world: World
    stacked: StackedRows
    stacked_world: World


def fit_on_impressions(
    snapshot: Snapshot, data: RankerData, heads: list[str], recipe: Recipe, *, seed: int
) -> FittedRanker:
    """Fit: the latest impressions and some users' candidates stop training, then all refit it."""
    plan, rows, user_R = _encode(snapshot, data, heads, recipe, seed=seed)
    shown = len(data.impressions.rows)
    held = _held_out(shown, user_R, seed=seed)
    report(f"ranker: {shown} impressions, {len(user_R) - shown} candidates")
    trained = train_ranker(
        plan,
        rows,
        np.flatnonzero(~held),
        recipe.ranker,
        seed=seed,
        validation_R=np.flatnonzero(held),
    )
    metrics = head_metrics(plan, trained.model, rows, np.flatnonzero(held), user_R)
    metrics["pre_ranked_recall"] = data.stacked.shortlist_recall
    final = train_ranker(
        plan, rows, np.arange(len(user_R)), recipe.ranker, seed=seed, epochs=trained.epochs
    )
    objective = balanced_weights(plan.heads, predict(final.model, rows.inputs)[shown:])
    return FittedRanker(plan, final.model, data.stacked.pre_ranker, objective, metrics)


def _encode(
    snapshot: Snapshot, data: RankerData, heads: list[str], recipe: Recipe, *, seed: int
) -> tuple[RankerPlan, RankerRows, npt.NDArray[np.int64]]:
    shown, stacked = data.impressions, data.stacked
    queries = _with_drawn_context(stacked.queries, shown.queries, seed)
    shown_numbers = raw_numbers(data.impression_world, shown.queries, shown.rows)
    numbers = raw_numbers(data.stacked_world, queries, stacked.rows, co_most_Q=stacked.co_most_Q)
    both = {name: np.concatenate([column, numbers[name]]) for name, column in shown_numbers.items()}
    plan = plan_ranker(snapshot, [*heads, ENGAGE], both, recipe.ranker, has_impressions=True)
    encoder = InputEncoder(plan, snapshot, data.impression_world.values)
    inputs = stacked_inputs(
        encoder.encode(shown.queries, shown.rows, shown_numbers),
        encoder.encode(queries, stacked.rows, numbers),
    )
    user_R = np.concatenate(
        [
            shown.queries.user_Q[shown.rows.query_R],
            stacked.queries.user_Q[stacked.rows.query_R],
        ]
    )
    return plan, _labelled(inputs, shown, stacked), user_R


def _with_drawn_context(queries: Queries, shown: Queries, seed: int) -> Queries:
    """Give each stacked query the context of a random impression, as requests have one."""
    drawn = np.random.default_rng(seed).integers(0, len(shown), size=len(queries))
    context = {name: column.take(drawn) for name, column in shown.context.items()}
    return Queries(queries.user_Q, queries.time_Q, queries.end_Q, queries.recent_QN, context)


def _labelled(inputs: RankerInputs, shown: ImpressionRows, stacked: StackedRows) -> RankerRows:
    """Impressions carry the heads' labels, candidates the label of `engage`.

    Negatives count as drawn, so `engage` is the odds against a sampled candidate: a true
    probability among hundreds of candidates would vanish beside the other heads.
    """
    heads = shown.label_RH.shape[1]
    label_RH = np.zeros((len(inputs), heads + 1), dtype=np.float32)
    weight_RH = np.zeros_like(label_RH)
    count = len(shown.rows)
    label_RH[:count, :heads], weight_RH[:count, :heads] = shown.label_RH, 1.0
    label_RH[count:, heads], weight_RH[count:, heads] = stacked.label_RH.max(axis=1), 1.0
    return RankerRows(inputs, label_RH, weight_RH)


def _held_out(shown: int, user_R: npt.NDArray[np.int64], *, seed: int) -> npt.NDArray[np.bool_]:
    """Mark the latest impressions and the candidates of some users."""
    held = np.zeros(len(user_R), dtype=bool)
    held[int(shown * (1 - VALIDATION_SHARE)) : shown] = True
    users = np.random.default_rng(seed).permutation(np.unique(user_R[shown:]))
    held[shown:] = np.isin(user_R[shown:], users[: int(len(users) * VALIDATION_SHARE)])
    return held
