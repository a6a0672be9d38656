"""Fits the ranker and the pre-ranker on stacked candidates, where data has no impressions.

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
from torchrec_models.ranker.inputs import InputEncoder
from torchrec_models.ranker.network import Ranker
from torchrec_models.ranker.objective import head_weights
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
    objective: dict[str, float]
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
    weight_RH = np.repeat(data.weight_R[:, None], len(heads), axis=1)
    rows = RankerRows(inputs, data.label_RH, weight_RH)
    user_R = data.queries.user_Q[data.rows.query_R]
    users = np.random.default_rng(seed).permutation(np.unique(user_R))
    held = users[: max(1, int(len(users) * _VALIDATION_SHARE))]
    is_held_R = np.isin(user_R, held)
    train, validation = np.flatnonzero(~is_held_R), np.flatnonzero(is_held_R)
    trained = train_ranker(plan, rows, train, recipe.ranker, seed=seed, validation_R=validation)
    metrics = head_metrics(plan, trained.model, rows, validation, user_R)
    metrics["pre_ranked_recall"] = data.shortlist_recall
    return FittedRanker(plan, trained.model, data.pre_ranker, head_weights(heads), metrics)


def head_metrics(
    plan: RankerPlan,
    model: Ranker,
    rows: RankerRows,
    validation: npt.NDArray[np.int64],
    user_R: npt.NDArray[np.int64],
) -> dict[str, float]:
    """Return AUC, GAUC and calibration of every head on the validation rows that it has."""
    probability_RH = predict(model, rows.inputs)
    metrics = {}
    for place, head in enumerate(plan.heads):
        part = validation[rows.weight_RH[validation, place] > 0]
        label, probability = rows.label_RH[part, place], probability_RH[part, place]
        weight = rows.weight_RH[part, place]
        metrics[f"validation_auc_{head}"] = auc(label, probability)
        metrics[f"validation_gauc_{head}"] = gauc(label, probability, user_R[part])
        metrics[f"validation_calibration_{head}"] = calibration(
            label * weight, probability * weight
        )
    return metrics
