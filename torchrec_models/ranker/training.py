"""Trains the ranker on encoded rows, with early stopping on held-out rows.

Shape legend: R rows, H heads, B rows of a batch.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from torchrec_models.compute_clock import ComputeClock
from torchrec_models.progress import progress, report
from torchrec_models.ranker.inputs import RankerInputs
from torchrec_models.ranker.network import Ranker
from torchrec_models.ranker.plan import RankerPlan
from torchrec_models.recipe import RankerRecipe

_PREDICT_CHUNK = 8192


@dataclass(frozen=True, slots=True)
class RankerRows:
    """Training rows: inputs, labels and weights (R, H); weight 0 leaves a head out of a row."""

    inputs: RankerInputs
    label_RH: npt.NDArray[np.float32]
    weight_RH: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TrainedRanker:
    """A trained ranker and the epochs that served it best."""

    model: Ranker
    epochs: int
    loss: float


def train_ranker(
    plan: RankerPlan,
    rows: RankerRows,
    train_R: npt.NDArray[np.int64],
    recipe: RankerRecipe,
    *,
    seed: int,
    validation_R: npt.NDArray[np.int64] | None = None,
    epochs: int | None = None,
) -> TrainedRanker:
    """Train on `train_R` for `epochs`, or until the loss on `validation_R` no longer falls."""
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    model = new_ranker(plan, recipe, base_rates(rows, train_R))
    optimizer = _optimizer(model, recipe)
    best, best_epoch, state = float("inf"), 0, None
    total = epochs if epochs is not None else recipe.max_epochs
    clock = ComputeClock()
    for epoch in progress(range(1, total + 1), "ranker", total=total):
        _epoch(model, optimizer, rows, generator.permutation(train_R), recipe, generator)
        if validation_R is None:
            continue
        loss = weighted_loss(model, rows, validation_R)
        report(f"ranker epoch {epoch}: validation loss {loss:.5f}")
        if loss < best:
            best, best_epoch, state = loss, epoch, copy.deepcopy(model.state_dict())
        if epoch - best_epoch >= recipe.patience or clock.elapsed_s() > recipe.max_seconds:
            break
    if state is not None:
        model.load_state_dict(state)
    model.eval()
    return TrainedRanker(model, best_epoch or total, best)


def base_rates(rows: RankerRows, part: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Return each head's weighted share of positives (H,)."""
    weight_RH = rows.weight_RH[part]
    rate_H: npt.NDArray[np.float32] = (rows.label_RH[part] * weight_RH).sum(axis=0) / np.maximum(
        weight_RH.sum(axis=0), 1e-9
    )
    return rate_H


def new_ranker(
    plan: RankerPlan, recipe: RankerRecipe, base_rate_H: npt.NDArray[np.floating]
) -> Ranker:
    """Build an untrained ranker whose heads start at the base rates."""
    model = Ranker(
        plan.embeddings,
        len(plan.numeric),
        plan.crosses,
        len(plan.heads),
        hidden=recipe.hidden,
        cross_layers=recipe.cross_layers,
        dropout=recipe.dropout,
    )
    rate_H = torch.from_numpy(np.clip(base_rate_H, 1e-4, 1 - 1e-4).astype(np.float32))
    with torch.no_grad():
        model.dense.heads.bias.copy_(torch.logit(rate_H))
        for parameter in model.embeddings.parameters():
            nn.init.normal_(parameter, std=0.02)
    return model


def _optimizer(model: Ranker, recipe: RankerRecipe) -> torch.optim.Optimizer:
    """Tables are decayed harder than the dense part: few rows see each id."""
    tables = [*model.embeddings.parameters(), *model.wide.parameters()]
    return torch.optim.AdamW(
        [
            {"params": tables, "weight_decay": recipe.weight_decay * 10},
            {"params": list(model.dense.parameters()), "weight_decay": recipe.weight_decay},
        ],
        lr=recipe.learning_rate,
        fused=True,
    )


def _epoch(
    model: Ranker,
    optimizer: torch.optim.Optimizer,
    rows: RankerRows,
    order: npt.NDArray[np.int64],
    recipe: RankerRecipe,
    generator: np.random.Generator,
) -> None:
    model.train()
    for begin in range(0, len(order), recipe.batch_size):
        part = order[begin : begin + recipe.batch_size]
        inputs = rows.inputs.batch(
            part, unknown_dropout=recipe.unknown_dropout, generator=generator
        )
        loss = _loss(model(*inputs), rows, part)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def _loss(logits_BH: Tensor, rows: RankerRows, part: npt.NDArray[np.int64]) -> Tensor:
    weight_BH = torch.from_numpy(rows.weight_RH[part])
    losses_BH = nn.functional.binary_cross_entropy_with_logits(
        logits_BH, torch.from_numpy(rows.label_RH[part]), reduction="none"
    )
    return (losses_BH * weight_BH).sum() / weight_BH.sum().clamp_min(1e-9)


@torch.no_grad()
def weighted_loss(model: Ranker, rows: RankerRows, part: npt.NDArray[np.int64]) -> float:
    """Return the weighted mean binary cross entropy over heads and rows."""
    model.eval()
    total, weight = 0.0, 0.0
    for begin in range(0, len(part), _PREDICT_CHUNK):
        chunk = part[begin : begin + _PREDICT_CHUNK]
        size = float(rows.weight_RH[chunk].sum())
        total += float(_loss(model(*rows.inputs.batch(chunk)), rows, chunk)) * size
        weight += size
    return total / max(weight, 1e-9)


@torch.no_grad()
def predict(model: Ranker, inputs: RankerInputs) -> npt.NDArray[np.float32]:
    """Return probabilities (R, H) of all rows."""
    model.eval()
    parts = [
        torch.sigmoid(model(*inputs.batch(np.arange(b, min(b + _PREDICT_CHUNK, len(inputs))))))
        for b in range(0, len(inputs), _PREDICT_CHUNK)
    ]
    return torch.cat(parts).numpy()
