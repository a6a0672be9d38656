"""Trains the two-tower model, with early stopping on a later part of the data.

Shape legend: B users of a batch, C candidate items, M items, L padded list.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from torchrec_models.compute_clock import ComputeClock
from torchrec_models.data.histories import Histories, last_unique_items
from torchrec_models.data.negatives import sample_uniform
from torchrec_models.evaluation.full_ranking import HeldOut, evaluate_all
from torchrec_models.progress import progress, report
from torchrec_models.recipe import TwoTowerRecipe
from torchrec_models.retrieval.losses import (
    full_softmax_loss,
    log_expected_count,
    sampled_softmax_loss,
)
from torchrec_models.retrieval.sequences import Batch, Sequences, build_sequences, draw_batch
from torchrec_models.retrieval.two_tower import (
    TowerFeatures,
    TwoTower,
    all_item_vectors,
    user_vectors,
)

_VALIDATION_USERS = 2000
# A step of the full softmax costs the whole item tower, so batches are large; an epoch of fewer
# steps than this would learn too little between evaluations.
_MIN_STEPS = 10
_MIN_BATCH = 64


@dataclass(frozen=True, slots=True)
class TrainedTwoTower:
    """A trained model, the number of epochs that served it best, and its validation recall."""

    model: TwoTower
    epochs: int
    recall: float


def train_two_tower(
    features: TowerFeatures,
    histories: Histories,
    recipe: TwoTowerRecipe,
    *,
    item_count: int,
    seed: int,
    validation: HeldOut | None = None,
    epochs: int | None = None,
) -> TrainedTwoTower:
    """Train for `epochs`, or until Recall@20 on `validation` no longer rises.

    Exactly one of `validation` and `epochs` is given.
    """
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    model = TwoTower(features, recipe, item_count)
    sequences = build_sequences(histories)
    step = _Step(model, sequences, histories, generator)
    stopping = _EarlyStopping(model, histories, validation, recipe.patience)
    total = epochs if epochs is not None else recipe.max_epochs
    clock = ComputeClock()
    for epoch in progress(range(1, total + 1), "two-tower", total=total):
        loss = step.epoch()
        if validation is not None and stopping.should_stop(epoch, loss):
            break
        if epochs is None and clock.elapsed_s() > recipe.max_seconds:
            break
    return stopping.result(total)


class _Step:
    """One pass over the users at a time."""

    def __init__(
        self,
        model: TwoTower,
        sequences: Sequences,
        histories: Histories,
        generator: np.random.Generator,
    ) -> None:
        self.model = model
        self.sequences = sequences
        self.generator = generator
        self.recipe = model.recipe
        self.optimizer = torch.optim.AdamW(
            model.parameters(),
            lr=self.recipe.learning_rate,
            weight_decay=self.recipe.weight_decay,
            fused=True,
        )
        counts = np.bincount(histories.item_P, minlength=model.item_count) + 0.0
        self.frequency_M = torch.from_numpy(counts / max(1.0, counts.sum())).float()

    def epoch(self) -> float:
        """Train on every user once and return the mean loss."""
        self.model.train()
        order = self.generator.permutation(len(self.sequences.user_U))
        losses = []
        size = min(self.recipe.batch_size, max(_MIN_BATCH, len(order) // _MIN_STEPS))
        for i in range(0, len(order), size):
            batch = draw_batch(
                self.sequences,
                order[i : i + size],
                self.generator,
                history_length=self.recipe.history_length,
                history_dropout=self.recipe.history_dropout,
            )
            loss = self._full(batch) if self.recipe.softmax == "full" else self._sampled(batch)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses)) if losses else float("nan")

    def _users(self, batch: Batch) -> Tensor:
        drop_B = self.generator.random(len(batch.user_B)) < self.recipe.id_dropout
        # The temperature divides the small side, not the matrix of logits.
        vector_BD = self.model.encode_users(batch.user_B, batch.history_BL, drop_B)
        return vector_BD / self.recipe.temperature

    def _items(self, item_C: npt.NDArray[np.integer]) -> Tensor:
        drop_C = self.generator.random(len(item_C)) < self.recipe.id_dropout
        return self.model.encode_items(item_C, drop_C)

    def _full(self, batch: Batch) -> Tensor:
        item_MD = self._items(np.arange(self.model.item_count))
        logits_BM = self._users(batch) @ item_MD.T
        return full_softmax_loss(logits_BM, _pairs(batch.target_BL), _pairs(batch.history_BL))

    def _sampled(self, batch: Batch) -> Tensor:
        own_B = _one_target(batch.target_BL, self.generator)
        extra = sample_uniform(self.generator, self.model.item_count, self.recipe.uniform_negatives)
        item_C, column = np.unique(np.concatenate([own_B, extra]), return_inverse=True)
        positive_B = torch.from_numpy(column[: len(own_B)])
        log_q_C = log_expected_count(
            torch.from_numpy(item_C), self.frequency_M, in_batch=len(own_B), uniform=len(extra)
        )
        known_BL = np.concatenate([batch.history_BL, batch.target_BL], axis=1)
        masked_BC = torch.from_numpy(_membership(known_BL, item_C))
        logits_BC = self._users(batch) @ self._items(item_C).T
        return sampled_softmax_loss(logits_BC, log_q_C, positive_B, masked_BC)


def _pairs(item_BL: npt.NDArray[np.int32]) -> tuple[Tensor, Tensor]:
    """Return (row, item) indices of a padded list."""
    row, place = np.nonzero(item_BL >= 0)
    return torch.from_numpy(row), torch.from_numpy(item_BL[row, place].astype(np.int64))


def _one_target(
    target_BL: npt.NDArray[np.int32], generator: np.random.Generator
) -> npt.NDArray[np.int64]:
    key_BL = np.where(target_BL >= 0, generator.random(target_BL.shape), -1.0)
    column_B = key_BL.argmax(axis=1)
    own_B: npt.NDArray[np.int64] = target_BL[np.arange(len(target_BL)), column_B].astype(np.int64)
    return own_B


def _membership(
    known_BL: npt.NDArray[np.int32], item_C: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Mark (B, C) the candidates that are among each row's known items; `item_C` is sorted."""
    mask_BC = np.zeros((len(known_BL), len(item_C)), dtype=bool)
    position = np.minimum(np.searchsorted(item_C, known_BL), len(item_C) - 1)
    row, column = np.nonzero((known_BL >= 0) & (item_C[position] == known_BL))
    mask_BC[row, position[row, column]] = True
    return mask_BC


class _EarlyStopping:
    """Keeps the best parameters by Recall@20 on later events."""

    def __init__(
        self,
        model: TwoTower,
        histories: Histories,
        validation: HeldOut | None,
        patience: int,
    ) -> None:
        self.model = model
        self.histories = histories
        self.patience = patience
        self.best = (float("-inf"), 0)
        self.idle = 0
        self.state: dict[str, Tensor] | None = None
        self.validation = validation
        if validation is not None and len(validation.user_Q) > _VALIDATION_USERS:
            step = len(validation.user_Q) / _VALIDATION_USERS
            self.validation = validation.take((np.arange(_VALIDATION_USERS) * step).astype(int))

    def should_stop(self, epoch: int, loss: float) -> bool:
        """Evaluate now and then; True when the last `patience` evaluations brought nothing."""
        if epoch % self._every(epoch) or self.validation is None:
            return False
        recall = two_tower_recall(self.model, self.histories, self.validation)
        report(f"two-tower epoch {epoch}: loss {loss:.4f}, validation Recall@20 {recall:.4f}")
        self.idle += 1
        if recall > self.best[0]:
            self.idle = 0
            self.best = (recall, epoch)
            self.state = copy.deepcopy(self.model.state_dict())
        return self.idle >= self.patience

    @staticmethod
    def _every(epoch: int) -> int:
        return 2 if epoch < 20 else 5

    def result(self, epochs: int) -> TrainedTwoTower:
        if self.state is None:
            return TrainedTwoTower(self.model, epochs, float("nan"))
        self.model.load_state_dict(self.state)
        return TrainedTwoTower(self.model, self.best[1], self.best[0])


def two_tower_recall(model: TwoTower, histories: Histories, test: HeldOut) -> float:
    """Return Recall@20 of the two-tower model alone, on full ranking."""
    item_MD = all_item_vectors(model)

    def score(user_q: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        ends = histories.ends(user_q)
        history = last_unique_items(histories, user_q, ends, model.recipe.history_length)
        return user_vectors(model, user_q, history) @ item_MD.T

    return evaluate_all(score, test).recall
