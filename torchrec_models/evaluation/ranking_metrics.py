"""Recall@k and NDCG@k over a ranked list, averaged over users.

Shape legend: Q users (queries), K ranked items, T relevant items (padded with -1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class RankingMetrics:
    """Means over users with at least one relevant item."""

    recall: float
    ndcg: float
    users: int


def ranking_metrics(
    ranked_QK: npt.NDArray[np.integer], relevant: list[npt.NDArray[np.integer]]
) -> RankingMetrics:
    """Score ranked items (best first, -1 past the end) against each user's relevant items.

    Recall@K = hits / number of relevant items. NDCG@K uses binary gains and the ideal over
    min(K, number of relevant items). Users without relevant items are left out.
    """
    recalls, ndcgs = [], []
    discount_K = 1.0 / np.log2(np.arange(ranked_QK.shape[1]) + 2.0)
    for ranked_K, wanted in zip(ranked_QK, relevant, strict=True):
        if len(wanted) == 0:
            continue
        hit_K = np.isin(ranked_K, wanted) & (ranked_K >= 0)
        recalls.append(hit_K.sum() / len(wanted))
        ideal = discount_K[: min(len(wanted), len(discount_K))].sum()
        ndcgs.append((hit_K * discount_K).sum() / ideal)
    if not recalls:
        return RankingMetrics(float("nan"), float("nan"), 0)
    return RankingMetrics(float(np.mean(recalls)), float(np.mean(ndcgs)), len(recalls))


def top_k(scores_QM: npt.NDArray[np.floating], k: int) -> npt.NDArray[np.int64]:
    """Return the columns of the k highest scores, best first; ties go to the lower column.

    Columns with -inf are never returned: their places hold -1.
    """
    k = min(k, scores_QM.shape[1])
    part = np.argpartition(-scores_QM, k - 1, axis=1)[:, :k]
    part.sort(axis=1)
    values = np.take_along_axis(scores_QM, part, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    ranked = np.take_along_axis(part, order, axis=1)
    return np.where(np.isneginf(np.take_along_axis(values, order, axis=1)), -1, ranked)
