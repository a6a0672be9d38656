"""Fits the ranker and the pre-ranker on impressions, or on stacked candidates without them.

Shape legend: R rows, H heads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.snapshot import Events, Snapshot
from torchrec_models.evaluation.classification_metrics import auc, calibration, gauc
from torchrec_models.features.raw_columns import World, raw_numbers
from torchrec_models.progress import report
from torchrec_models.ranker.impressions import impression_rows
from torchrec_models.ranker.inputs import InputEncoder
from torchrec_models.ranker.network import Ranker
from torchrec_models.ranker.plan import RankerPlan, plan_ranker
from torchrec_models.ranker.pre_ranker import PreRanker
from torchrec_models.ranker.stacking import stacked_rows
from torchrec_models.ranker.training import RankerRows, predict, train_ranker
from torchrec_models.recipe import Recipe

_VALIDATION_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class FittedRanker:
    """The ranking side of a version."""

    plan: RankerPlan
    model: Ranker
    pre_ranker: PreRanker
    metrics: dict[str, float]


def fit_on_stacked_rows(
    snapshot: Snapshot,
    world: World,
    later: Events,
    heads: list[str],
    recipe: Recipe,
    *,
    time_ms: int,
    history_length: int,
    seed: int,
) -> FittedRanker:
    """Fit on candidates as of the cut, with held-out users for early stopping."""
    data = stacked_rows(
        world,
        later,
        heads,
        recipe,
        time_ms=time_ms,
        history_length=history_length,
        user_count=len(snapshot.users.ids),
        seed=seed,
    )
    report(f"stacking: {len(data.rows)} rows, pre-ranker {data.pre_ranker.weights}")
    numbers = raw_numbers(world, data.queries, data.rows, co_most_Q=data.co_most_Q)
    plan = plan_ranker(snapshot, heads, numbers, recipe.ranker, has_impressions=False)
    inputs = InputEncoder(plan, snapshot, world.values).encode(data.queries, data.rows, numbers)
    rows = RankerRows(inputs, data.label_RH, data.weight_R)
    user_R = data.queries.user_Q[data.rows.query_R]
    users = np.random.default_rng(seed).permutation(np.unique(user_R))
    held = users[: max(1, int(len(users) * _VALIDATION_SHARE))]
    is_held_R = np.isin(user_R, held)
    train, validation = np.flatnonzero(~is_held_R), np.flatnonzero(is_held_R)
    trained = train_ranker(plan, rows, train, recipe.ranker, seed=seed, validation_R=validation)
    metrics = _head_metrics(plan, trained.model, rows, validation, user_R)
    metrics["pre_ranked_recall"] = data.shortlist_recall
    return FittedRanker(plan, trained.model, data.pre_ranker, metrics)


def fit_pre_ranker_only(
    world: World,
    later: Events,
    heads: list[str],
    recipe: Recipe,
    *,
    time_ms: int,
    history_length: int,
    user_count: int,
    seed: int,
) -> PreRanker:
    """Fit the pre-ranker on candidates as of the cut, where the ranker learns elsewhere."""
    return stacked_rows(
        world,
        later,
        heads,
        recipe,
        time_ms=time_ms,
        history_length=history_length,
        user_count=user_count,
        seed=seed,
    ).pre_ranker


def fit_on_impressions(
    snapshot: Snapshot,
    world: World,
    heads: list[str],
    recipe: Recipe,
    pre_ranker: PreRanker,
    *,
    from_ms: int,
    history_length: int,
    seed: int,
) -> FittedRanker:
    """Fit on impressions: the latest part stops training, then all of them refit it."""
    data = impression_rows(
        snapshot.events, world.histories, heads, from_ms=from_ms, history_length=history_length
    )
    report(f"impressions: {len(data.rows)} rows")
    numbers = raw_numbers(world, data.queries, data.rows)
    plan = plan_ranker(snapshot, heads, numbers, recipe.ranker, has_impressions=True)
    inputs = InputEncoder(plan, snapshot, world.values).encode(data.queries, data.rows, numbers)
    rows = RankerRows(inputs, data.label_RH, np.ones(len(data.rows), dtype=np.float32))
    everything = np.arange(len(data.rows))
    cut = int(len(everything) * (1 - _VALIDATION_SHARE))
    trained = train_ranker(
        plan, rows, everything[:cut], recipe.ranker, seed=seed, validation_R=everything[cut:]
    )
    metrics = _head_metrics(plan, trained.model, rows, everything[cut:], data.queries.user_Q)
    final = train_ranker(plan, rows, everything, recipe.ranker, seed=seed, epochs=trained.epochs)
    return FittedRanker(plan, final.model, pre_ranker, metrics)


def _head_metrics(
    plan: RankerPlan,
    model: Ranker,
    rows: RankerRows,
    validation: npt.NDArray[np.int64],
    user_R: npt.NDArray[np.int64],
) -> dict[str, float]:
    probability_RH = predict(model, rows.inputs)[validation]
    metrics = {}
    for place, head in enumerate(plan.heads):
        label, probability = rows.label_RH[validation, place], probability_RH[:, place]
        metrics[f"validation_auc_{head}"] = auc(label, probability)
        metrics[f"validation_gauc_{head}"] = gauc(label, probability, user_R[validation])
        metrics[f"validation_calibration_{head}"] = calibration(
            label * rows.weight_R[validation], probability * rows.weight_R[validation]
        )
    return metrics
