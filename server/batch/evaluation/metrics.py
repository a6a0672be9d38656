"""Ranking and scoring metrics, each with its standard error over users.

Shape legend: U users, K slate positions, I scored impressions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over users and its standard error; NaN for no users, error NaN for one."""

    mean: float
    error: float

    @classmethod
    def of(cls, values: Floats) -> Estimate:
        count = len(values)
        mean = float(values.mean()) if count else math.nan
        error = float(values.std(ddof=1) / math.sqrt(count)) if count > 1 else math.nan
        return cls(mean, error)

    def __str__(self) -> str:
        return f"{self.mean:.4f} ± {self.error:.4f}"


@dataclass(frozen=True, slots=True)
class RankingMetrics:
    """Quality of slates by user. Shapes: recall_U, ndcg_U (U,) float64."""

    recall_U: Floats
    ndcg_U: Floats

    @property
    def recall(self) -> Estimate:
        return Estimate.of(self.recall_U)

    @property
    def ndcg(self) -> Estimate:
        return Estimate.of(self.ndcg_U)


def measure_slates(
    slates: Sequence[Sequence[str]], relevant: Sequence[AbstractSet[str]], k: int
) -> RankingMetrics:
    """Return Recall@k (hits / number of relevant items) and NDCG@k of each user's slate.

    The ideal DCG is that of min(k, number of relevant items) hits at the top. Users must have at
    least one relevant item; an item that a slate repeats counts once.
    """
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discounts)])
    recall = np.zeros(len(slates))
    ndcg = np.zeros(len(slates))
    for user, (slate, wanted) in enumerate(zip(slates, relevant, strict=True)):
        shown = list(dict.fromkeys(slate))[:k]
        hits = np.array([item in wanted for item in shown], np.bool_)
        recall[user] = hits.sum() / len(wanted)
        ndcg[user] = discounts[: len(shown)][hits].sum() / ideal[min(k, len(wanted))]
    return RankingMetrics(recall, ndcg)


def auc(scores_I: Floats, labels_I: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve; ties count half, NaN if one class is absent."""
    positives = int(labels_I.sum())
    negatives = len(labels_I) - positives
    if positives == 0 or negatives == 0:
        return math.nan
    _, inverse, counts = np.unique(scores_I, return_inverse=True, return_counts=True)
    # The mean rank of equal scores, counted from 1.
    last = np.cumsum(counts)
    rank = (last - (counts - 1) / 2)[inverse]
    above = rank[labels_I].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def gauc(scores_I: Floats, labels_I: NDArray[np.bool_], groups_I: NDArray[np.int64]) -> float:
    """Return the AUC within groups (users), weighted by size; groups of one class are left out."""
    order = np.argsort(groups_I, kind="stable")
    bounds = np.flatnonzero(np.diff(groups_I[order])) + 1
    total, weight = 0.0, 0
    for rows in np.split(order, bounds):
        value = auc(scores_I[rows], labels_I[rows])
        if not math.isnan(value):
            total += value * len(rows)
            weight += len(rows)
    return total / weight if weight else math.nan
