"""AUC, GAUC, log loss and calibration of predicted probabilities.

Shape legend: R rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating]


def auc(label_R: FloatArray, score_R: FloatArray) -> float:
    """Return the chance that a positive outranks a negative, ties counting half.

    NaN when one of the classes is absent.
    """
    positive = label_R > 0.5
    count = int(positive.sum())
    if count == 0 or count == len(label_R):
        return float("nan")
    rank_sum = float(_mid_ranks(score_R)[positive].sum())
    return (rank_sum - count * (count + 1) / 2) / (count * (len(label_R) - count))


def _mid_ranks(score_R: FloatArray) -> npt.NDArray[np.float64]:
    """Return 1-based ranks; equal scores share their mean rank."""
    _, inverse, counts = np.unique(score_R, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: npt.NDArray[np.float64] = (last - (counts - 1) / 2)[inverse]
    return ranks


def gauc(label_R: FloatArray, score_R: FloatArray, group_R: npt.NDArray[np.integer]) -> float:
    """Return the AUC within each group (user), weighted by rows.

    Groups with one class only are left out; NaN when none is left.

    Source: Zhou et al., "Deep Interest Network", KDD 2018, section 6.3.
    """
    order = np.argsort(group_R, kind="stable")
    bounds = np.flatnonzero(np.diff(group_R[order])) + 1
    total, weight = 0.0, 0
    for rows in np.split(order, bounds):
        value = auc(label_R[rows], score_R[rows])
        if not np.isnan(value):
            total += value * len(rows)
            weight += len(rows)
    return total / weight if weight else float("nan")


def log_loss(label_R: FloatArray, probability_R: FloatArray) -> float:
    """Return the mean binary cross entropy."""
    p_R = np.clip(probability_R.astype(np.float64), 1e-7, 1 - 1e-7)
    return float(-(label_R * np.log(p_R) + (1 - label_R) * np.log(1 - p_R)).mean())


def calibration(label_R: FloatArray, probability_R: FloatArray) -> float:
    """Return predicted over observed positives: 1 is calibrated, above 1 promises too much."""
    observed = float(label_R.sum())
    return float(probability_R.sum()) / observed if observed else float("nan")
