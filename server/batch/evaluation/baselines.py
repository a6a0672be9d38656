"""What a recommender must beat: popularity, and item-kNN with cosine similarity.

Shape legend: U users, M items, P pairs, K neighbours, V votes, B items of one block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.batch.evaluation.interactions import Interactions

Scores = NDArray[np.float64]

NEIGHBOURS = 50
# Co-occurrence counts of one block of items stay below this many values.
_BLOCK_VALUES = 20_000_000


class Baseline(Protocol):
    """Scores all items for a user by the items the user engaged with."""

    def score(self, history: NDArray[np.int32]) -> Scores:
        """Return (M,) scores, higher is better."""
        ...


@dataclass(frozen=True, slots=True)
class Popularity:
    """Scores items by how many users engaged with them. Shapes: count_M (M,)."""

    count_M: NDArray[np.int64]

    def score(self, history: NDArray[np.int32]) -> Scores:
        """Return (M,) scores, the same for every history."""
        return self.count_M.astype(np.float64)


@dataclass(frozen=True, slots=True)
class ItemKnn:
    """score(i) = sum over j in the history of the vote of j for i.

    Shapes:
        starts_M (M + 1,) int64 bounds of each item's votes; item_V (V,) int32 and weight_V (V,)
        float64 for whom and how much.
    """

    starts_M: NDArray[np.int64]
    item_V: NDArray[np.int32]
    weight_V: Scores

    def score(self, history: NDArray[np.int32]) -> Scores:
        """Return (M,) scores; all zero for an empty history."""
        item_count = len(self.starts_M) - 1
        spans = [slice(*self.starts_M[item : item + 2].tolist()) for item in history]
        if not spans:
            return np.zeros(item_count)
        votes = np.concatenate([self.item_V[span] for span in spans])
        weights = np.concatenate([self.weight_V[span] for span in spans])
        scores: Scores = np.bincount(votes, weights, item_count).astype(np.float64)
        return scores


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Each item's K most similar items. Shapes: item_MK int32, cosine_MK float32; 0: none."""

    item_MK: NDArray[np.int32]
    cosine_MK: NDArray[np.float32]

    def by_history(self) -> ItemKnn:
        """Each item of the history votes for its own neighbours."""
        item_count, k = self.item_MK.shape
        starts = np.arange(item_count + 1, dtype=np.int64) * k
        return ItemKnn(starts, self.item_MK.ravel(), self.cosine_MK.ravel().astype(np.float64))

    def by_candidate(self) -> ItemKnn:
        """Each item of the history votes for the items whose neighbour it is."""
        item_count, k = self.item_MK.shape
        order = np.argsort(self.item_MK.ravel(), kind="stable")
        starts = np.searchsorted(self.item_MK.ravel()[order], np.arange(item_count + 1))
        voted = (order // k).astype(np.int32)
        weights = self.cosine_MK.ravel()[order].astype(np.float64)
        return ItemKnn(starts.astype(np.int64), voted, weights)


def find_neighbours(pairs: Interactions, k: int = NEIGHBOURS) -> Neighbours:
    """Find each item's K most similar items by the cosine of their users.

    cos(i, j) = |users of both| / sqrt(|users of i| |users of j|); an item is not its own
    neighbour, and items without a common user are none.
    """
    item_count = len(pairs.items)
    k = min(k, max(1, item_count - 1))
    norm_M = np.sqrt(np.maximum(pairs.item_counts(), 1)).astype(np.float64)
    by_item = np.argsort(pairs.item_P, kind="stable")
    user_P = pairs.pair_users()[by_item]
    starts_M = np.searchsorted(pairs.item_P[by_item], np.arange(item_count + 1))
    neighbour = np.zeros((item_count, k), np.int32)
    weight = np.zeros((item_count, k), np.float32)
    block = max(1, _BLOCK_VALUES // max(1, item_count))
    for first in range(0, item_count, block):
        last = min(first + block, item_count)
        rows = slice(int(starts_M[first]), int(starts_M[last]))
        item_of_row = np.repeat(np.arange(last - first), np.diff(starts_M[first : last + 1]))
        cosine_BM = _common_users(pairs, user_P[rows], item_of_row, last - first)
        cosine_BM /= norm_M[first:last, None] * norm_M[None, :]
        cosine_BM[np.arange(last - first), np.arange(first, last)] = 0.0
        nearest = np.argpartition(-cosine_BM, k - 1, axis=1)[:, :k]
        neighbour[first:last] = nearest
        weight[first:last] = np.take_along_axis(cosine_BM, nearest, axis=1)
    return Neighbours(neighbour, weight)


def _common_users(
    pairs: Interactions,
    user_R: NDArray[np.int64],
    item_R: NDArray[np.int64],
    block_items: int,
) -> Scores:
    """Return (B, M) numbers of common users, for the (user, item of block) rows given."""
    item_count = len(pairs.items)
    start_R = pairs.starts_U[user_R]
    length_R = pairs.starts_U[user_R + 1] - start_R
    total = int(length_R.sum())
    offset = np.arange(total) - np.repeat(np.cumsum(length_R) - length_R, length_R)
    other = pairs.item_P[np.repeat(start_R, length_R) + offset].astype(np.int64)
    cell = np.repeat(item_R * item_count, length_R) + other
    counts = np.bincount(cell, minlength=block_items * item_count)
    return counts.reshape(block_items, item_count).astype(np.float64)


def best_items(scores: Scores, masked: NDArray[np.int32], k: int) -> NDArray[np.intp]:
    """Return the k best items of (M,) scores, best first; ties by item, masked ones never."""
    ranking = scores.copy()
    ranking[masked] = -np.inf
    k = min(k, len(ranking))
    candidates = np.argpartition(-ranking, k - 1)[:k]
    # Ties at the edge go to the first items too.
    edge = ranking[candidates].min()
    candidates = np.flatnonzero(ranking >= edge) if np.isfinite(edge) else candidates
    order = candidates[np.lexsort((candidates, -ranking[candidates]))][:k]
    return order[np.isfinite(ranking[order])]
