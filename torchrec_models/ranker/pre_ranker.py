"""The pre-ranker: one linear score over what the sources already know.

Shape legend: R rows, W weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
NAMES = ("two_tower", "co_engaged", "content", "popularity", "times_engaged")
_RIDGE = 1e-3
_STEPS = 15


@dataclass(frozen=True, slots=True)
class PreRanker:
    """score = sum of weight * column, columns as `pre_rank_columns` builds them."""

    weights: dict[str, float]

    def score(self, column_RW: FloatArray) -> FloatArray:
        """Return the score (R,) of rows of `pre_rank_columns`."""
        score_R: FloatArray = column_RW @ np.array([self.weights[name] for name in NAMES])
        return score_R


def pre_rank_columns(
    *,
    two_tower_R: npt.NDArray[np.floating],
    co_engaged_share_R: npt.NDArray[np.floating],
    content_R: npt.NDArray[np.floating],
    popularity_R: npt.NDArray[np.floating],
    most_popular: float,
    times_engaged_R: npt.NDArray[np.floating],
) -> FloatArray:
    """Return (R, W): dot, share, cosine, log popularity in 0..1 and log repeats."""
    scale = np.log1p(most_popular) or 1.0
    return np.stack(
        [
            two_tower_R,
            co_engaged_share_R,
            content_R,
            np.log1p(popularity_R) / scale,
            np.log1p(times_engaged_R),
        ],
        axis=1,
    ).astype(np.float64)


def fit_pre_ranker(
    column_RW: FloatArray, label_R: npt.NDArray[np.floating], query_R: npt.NDArray[np.int64]
) -> PreRanker:
    """Fit non-negative weights by conditional logistic regression (Newton's method).

    The likelihood is of the positives among their own request's candidates, so how much a user
    engages at all says nothing. A weight that would be negative is 0: a source's score never
    speaks against its candidate, and the score can stand in for the ranker.

    Source: McFadden, "Conditional logit analysis of qualitative choice behavior", 1974.
    """
    scale_W = column_RW.std(axis=0)
    used_W = scale_W > 1e-9
    column_RW = column_RW / np.where(used_W, scale_W, 1.0)
    weight_W = np.zeros(len(NAMES))
    while used_W.any():
        weight_W = np.zeros(len(NAMES))
        weight_W[used_W] = _maximise(column_RW[:, used_W], label_R, query_R)
        if (weight_W >= 0).all():
            break
        used_W = used_W & (weight_W > 0)
        weight_W = np.zeros(len(NAMES))
    scaled_W = weight_W / np.where(scale_W > 1e-9, scale_W, 1.0)
    return PreRanker({name: float(w) for name, w in zip(NAMES, scaled_W, strict=True)})


def _maximise(
    x_RW: FloatArray, label_R: npt.NDArray[np.floating], query_R: npt.NDArray[np.int64]
) -> FloatArray:
    """Return the weights of the conditional logit; queries without positives say nothing."""
    start_Q = np.flatnonzero(np.diff(query_R, prepend=-1))
    group_R = np.repeat(np.arange(len(start_Q)), np.diff([*start_Q, len(query_R)]))
    positive_Q = np.add.reduceat(label_R.astype(np.float64), start_Q)
    total = max(positive_Q.sum(), 1.0)
    wanted_W = label_R @ x_RW
    w_W = np.zeros(x_RW.shape[1])
    for _ in range(_STEPS):
        score_R = x_RW @ w_W
        score_R -= np.maximum.reduceat(score_R, start_Q)[group_R]
        share_R = np.exp(score_R)
        share_R *= (positive_Q / np.add.reduceat(share_R, start_Q))[group_R]
        mean_QW = np.add.reduceat(share_R[:, None] * x_RW, start_Q)
        gradient_W = wanted_W - mean_QW.sum(axis=0) - _RIDGE * total * w_W
        scale_Q1 = 1.0 / np.maximum(positive_Q, 1e-9)[:, None]
        hessian_WW = (x_RW * share_R[:, None]).T @ x_RW - mean_QW.T @ (mean_QW * scale_Q1)
        hessian_WW += (_RIDGE * total + 1e-6) * np.eye(len(w_W))
        w_W = w_W + np.clip(np.linalg.solve(hessian_WW, gradient_W), -1.0, 1.0)
    return w_W
