"""The retrieval side of a model as plain arrays: what candidate scores are computed from.

Shape legend: Q queries, M items, D retrieval dimension, C content dimension, N history places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from torchrec_models.features.queries import Queries, content_profiles

UserEncoder = Callable[[Queries], npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class CandidateModels:
    """Vectors, weights and counts by model item, and the function that encodes users."""

    item_vector_MD: npt.NDArray[np.float32]
    content_MC: npt.NDArray[np.float32]
    co_weight_MM: sp.csr_matrix
    co_history_length: int
    popularity_M: npt.NDArray[np.float32]
    encode_users: UserEncoder

    @property
    def item_count(self) -> int:
        return len(self.item_vector_MD)


@dataclass(frozen=True, slots=True)
class SourceScores:
    """Every source's score of every item for some queries."""

    two_tower_QM: npt.NDArray[np.float32]
    co_engaged_QM: npt.NDArray[np.float32]
    content_QM: npt.NDArray[np.float32]


def score_all(models: CandidateModels, queries: Queries) -> SourceScores:
    """Score all items for a chunk of queries."""
    return SourceScores(
        two_tower_QM=models.encode_users(queries) @ models.item_vector_MD.T,
        co_engaged_QM=co_engaged(models, queries.recent_QN),
        content_QM=content_profiles(models.content_MC, queries.recent_QN) @ models.content_MC.T,
    )


def co_engaged(
    models: CandidateModels, recent_QN: npt.NDArray[np.int32]
) -> npt.NDArray[np.float32]:
    """Return (Q, M): the sum of weights from the last `co_history_length` distinct items."""
    recent = recent_QN[:, : models.co_history_length]
    row, column = np.nonzero(recent >= 0)
    history_QM = sp.csr_matrix(
        (np.ones(len(row), dtype=np.float32), (row, recent[row, column])),
        shape=(len(recent), models.item_count),
    )
    scores: npt.NDArray[np.float32] = (history_QM @ models.co_weight_MM).toarray()
    return scores
