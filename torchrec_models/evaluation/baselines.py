"""Baselines on full ranking: popularity and item-kNN.

Shape legend: U users, Q users asked, M items.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from torchrec_models.data.histories import Histories
from torchrec_models.evaluation.full_ranking import Scorer
from torchrec_models.retrieval.co_engagement import interactions

NEIGHBORS = 50


def popularity_scorer(histories: Histories, item_count: int) -> Scorer:
    """Score every item by the number of users who engaged with it."""
    count_M = np.asarray(interactions(histories, item_count).sum(axis=0)).ravel()

    def score(user_Q: npt.NDArray[np.int64]) -> npt.NDArray[np.floating]:
        return np.broadcast_to(count_M, (len(user_Q), item_count))

    return score


def item_knn_scorer(histories: Histories, item_count: int, neighbors: int = NEIGHBORS) -> Scorer:
    """Score by summed cosine over each item's nearest neighbours among the user's items."""
    matrix_UM = interactions(histories, item_count)
    similarity_MM = nearest_cosines(matrix_UM, neighbors)

    def score(user_Q: npt.NDArray[np.int64]) -> npt.NDArray[np.floating]:
        dense: npt.NDArray[np.floating] = (matrix_UM[user_Q] @ similarity_MM).toarray()
        return dense

    return score


def nearest_cosines(matrix_UM: sp.csr_matrix, neighbors: int) -> sp.csr_matrix:
    """Return, for every item as a row, the cosines of its K nearest other items."""
    norm_M = np.sqrt(np.asarray(matrix_UM.multiply(matrix_UM).sum(axis=0)).ravel())
    unit_UM = (matrix_UM @ sp.diags(1.0 / np.maximum(norm_M, 1e-12))).tocsr()
    item_count = matrix_UM.shape[1]
    rows, columns, values = [], [], []
    for begin in range(0, item_count, 1024):
        cosine = (unit_UM[:, begin : begin + 1024].T @ unit_UM).toarray()
        cosine[np.arange(len(cosine)), np.arange(begin, begin + len(cosine))] = 0.0
        keep = min(neighbors, item_count)
        nearest = np.argpartition(-cosine, keep - 1, axis=1)[:, :keep]
        rows.append(np.repeat(np.arange(begin, begin + len(cosine)), keep))
        columns.append(nearest.ravel())
        values.append(np.take_along_axis(cosine, nearest, axis=1).ravel())
    return sp.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(item_count, item_count),
    )
