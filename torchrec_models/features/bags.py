"""Bags of embedding ids for many entities at once, and their KeyedJaggedTensor.

Shape legend: N entities, R rows, V values (ids of all bags, one after the other).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torchrec import KeyedJaggedTensor

Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bags:
    """Bag n holds ids id_V[start_N[n] : start_N[n + 1]]; no bag is empty."""

    start_N: Int64Array
    id_V: Int64Array

    def __len__(self) -> int:
        return len(self.start_N) - 1

    @property
    def lengths(self) -> Int64Array:
        return np.diff(self.start_N)

    def take(self, row_R: npt.NDArray[np.integer]) -> Bags:
        """Return the bags of the given entities, in that order."""
        row_R = np.asarray(row_R, dtype=np.int64)
        length_R = self.lengths[row_R]
        start_R = np.zeros(len(row_R) + 1, dtype=np.int64)
        np.cumsum(length_R, out=start_R[1:])
        offset = np.arange(start_R[-1]) - np.repeat(start_R[:-1], length_R)
        return Bags(start_R, self.id_V[np.repeat(self.start_N[row_R], length_R) + offset])


def bags_of(lists: Iterable[Sequence[int]]) -> Bags:
    """Build bags from lists of ids; an empty list becomes the single id 0."""
    filled = [ids if len(ids) else (0,) for ids in lists]
    start = np.zeros(len(filled) + 1, dtype=np.int64)
    np.cumsum([len(ids) for ids in filled], out=start[1:])
    return Bags(start, np.array([i for ids in filled for i in ids], dtype=np.int64))


def singles(id_N: npt.NDArray[np.integer]) -> Bags:
    """Build bags of exactly one id each."""
    return Bags(np.arange(len(id_N) + 1, dtype=np.int64), np.asarray(id_N, dtype=np.int64))


def bags_of_padded(id_NL: npt.NDArray[np.integer]) -> Bags:
    """Build bags from a matrix of ids padded with -1; an all-padding row becomes id 0."""
    valid_NL = id_NL >= 0
    length_N = valid_NL.sum(axis=1)
    filled_NL = np.where(valid_NL, id_NL, 0)
    valid_NL = valid_NL.copy()
    valid_NL[length_N == 0, 0] = True
    start = np.zeros(len(id_NL) + 1, dtype=np.int64)
    np.cumsum(np.maximum(length_N, 1), out=start[1:])
    return Bags(start, filled_NL[valid_NL].astype(np.int64))


def keyed_jagged(bags: dict[str, Bags]) -> KeyedJaggedTensor:
    """Return one KeyedJaggedTensor with a key a feature; all bags have the same number of rows."""
    return KeyedJaggedTensor(
        keys=list(bags),
        values=torch.from_numpy(np.concatenate([bag.id_V for bag in bags.values()])),
        lengths=torch.from_numpy(np.concatenate([bag.lengths for bag in bags.values()])),
    )
