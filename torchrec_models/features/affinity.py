"""How much of a user's recent history shares a value with an item, and their favourite value.

Shape legend: N items, Q queries, H history places (at most 64), R rows, V attribute values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.features.bags import Bags, bags_of

HISTORY_ITEMS = 50
_CHUNK_CELLS = 1 << 23


@dataclass(frozen=True, slots=True)
class ItemValues:
    """The distinct values of one attribute of every item, as codes + 1; an item without is [0]."""

    bags: Bags
    values: list[str]


def item_values(strings: list[tuple[str, ...]]) -> ItemValues:
    """Encode an attribute; codes follow code point order, so the smallest code wins ties."""
    values = sorted({value for row in strings for value in row})
    code_of = {value: code + 1 for code, value in enumerate(values)}
    return ItemValues(
        bags_of([sorted({code_of[value] for value in row}) for row in strings]), values
    )


def affinities(
    items: ItemValues,
    history_QH: npt.NDArray[np.int32],
    query_R: npt.NDArray[np.int64],
    item_R: npt.NDArray[np.int32],
) -> npt.NDArray[np.float32]:
    """Return the share of each row's history items that share at least one value with its item.

    An empty history or an item without values gives 0. `query_R` must be sorted.
    """
    out_R = np.zeros(len(item_R), dtype=np.float32)
    step = max(1, _CHUNK_CELLS // (len(items.values) + 1))
    for first in range(0, len(history_QH), step):
        begin, end = np.searchsorted(query_R, [first, first + step])
        if begin == end:
            continue
        mask_QV = _places_of_values(items, history_QH[first : first + step])
        bags = items.bags.take(item_R[begin:end])
        cell_query = np.repeat(query_R[begin:end] - first, bags.lengths)
        shared_R = np.bitwise_or.reduceat(mask_QV[cell_query, bags.id_V], bags.start_N[:-1])
        count_Q = (history_QH[first : first + step] >= 0).sum(axis=1)
        out_R[begin:end] = np.bitwise_count(shared_R) / np.maximum(
            count_Q[query_R[begin:end] - first], 1
        )
    return out_R


def _places_of_values(
    items: ItemValues, history_QH: npt.NDArray[np.int32]
) -> npt.NDArray[np.uint64]:
    """Return (Q, V + 1) bit sets: bit h is set where history item h has the value."""
    mask_QV = np.zeros((len(history_QH), len(items.values) + 1), dtype=np.uint64)
    for place in range(history_QH.shape[1]):
        query = np.flatnonzero(history_QH[:, place] >= 0)
        bags = items.bags.take(history_QH[query, place])
        cell = np.repeat(query, bags.lengths)
        mask_QV[cell, bags.id_V] |= np.uint64(1) << np.uint64(place)
    mask_QV[:, 0] = 0
    return mask_QV


def top_values(items: ItemValues, history_QH: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return the code of the most frequent value per query, -1 for none; ties: smallest string."""
    top_Q = np.full(len(history_QH), -1, dtype=np.int64)
    step = max(1, _CHUNK_CELLS // (len(items.values) + 1))
    for first in range(0, len(history_QH), step):
        bits_QV = _places_of_values(items, history_QH[first : first + step])
        count_QV = np.bitwise_count(bits_QV)
        best = count_QV.argmax(axis=1)
        found = count_QV[np.arange(len(best)), best] > 0
        top_Q[first : first + step] = np.where(found, best - 1, -1)
    return top_Q
