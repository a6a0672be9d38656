"""Full-ranking evaluation: every item is a candidate for every user.

Shape legend: Q users, M items, K places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.histories import Histories
from torchrec_models.evaluation.ranking_metrics import RankingMetrics, ranking_metrics, top_k

_CHUNK = 512
Scorer = Callable[[npt.NDArray[np.int64]], npt.NDArray[np.floating]]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Users with what they engaged with later, and what is hidden from their ranking."""

    user_Q: npt.NDArray[np.int64]
    relevant: list[npt.NDArray[np.int32]]
    masked: list[npt.NDArray[np.int32]]

    def take(self, rows: npt.NDArray[np.integer]) -> HeldOut:
        """Return the given users only."""
        return HeldOut(
            self.user_Q[rows],
            [self.relevant[row] for row in rows],
            [self.masked[row] for row in rows],
        )


def held_out(known: Histories, later: Histories, *, repeats: bool) -> HeldOut:
    """Pair each user's later items with the known ones.

    Without repeats the known items are masked and are no targets. Users without known or without
    later items are left out.
    """
    users, relevant, masked = [], [], []
    nothing = np.zeros(0, dtype=np.int32)
    for user in np.flatnonzero((known.lengths > 0) & (later.lengths > 0)):
        seen = np.unique(known.item_P[known.start_U[user] : known.start_U[user + 1]])
        wanted = np.unique(later.item_P[later.start_U[user] : later.start_U[user + 1]])
        if not repeats:
            wanted = np.setdiff1d(wanted, seen)
        if len(wanted):
            users.append(user)
            relevant.append(wanted)
            masked.append(nothing if repeats else seen)
    return HeldOut(np.array(users, dtype=np.int64), relevant, masked)


def rank_all(scorer: Scorer, test: HeldOut, k: int = 20) -> npt.NDArray[np.int64]:
    """Return the top k items (Q, K) of a scorer that maps user rows to scores (q, M)."""
    ranked = []
    for i in range(0, len(test.user_Q), _CHUNK):
        scores_qM = np.array(scorer(test.user_Q[i : i + _CHUNK]), dtype=np.float32)
        for row, hidden in enumerate(test.masked[i : i + _CHUNK]):
            scores_qM[row, hidden] = -np.inf
        ranked.append(top_k(scores_qM, k))
    return np.concatenate(ranked) if ranked else np.zeros((0, k), dtype=np.int64)


def evaluate_all(scorer: Scorer, test: HeldOut, k: int = 20) -> RankingMetrics:
    """Return Recall@k and NDCG@k of a scorer on full ranking."""
    return ranking_metrics(rank_all(scorer, test, k), list(test.relevant))
