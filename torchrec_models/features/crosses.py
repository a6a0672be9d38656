"""Hashed crosses of a user-side and an item-side value: the wide part's memory.

Shape legend: R rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from torchrec_models.features.tokens import murmur

SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Cross:
    """Id = 1 + murmur3_32(left + U+001F + right, seed) mod buckets, 0 if a side is missing.

    A side with borders is the decimal number of its bucket.
    """

    name: str
    left: str
    right: str
    buckets: int
    seed: int
    left_borders: tuple[float, ...] | None = None
    right_borders: tuple[float, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "name": self.name,
            "left": self.left,
            "right": self.right,
            "buckets": self.buckets,
            "seed": self.seed,
        }
        if self.left_borders is not None:
            data["left_borders"] = list(self.left_borders)
        if self.right_borders is not None:
            data["right_borders"] = list(self.right_borders)
        return data


@dataclass(frozen=True, slots=True)
class SideValues:
    """One side of a cross for all rows: a code into `values`, -1 for missing."""

    code_R: npt.NDArray[np.int64]
    values: list[str]


def cross_id(cross: Cross, left: str | None, right: str | None) -> int:
    """Return the id of one pair."""
    if left is None or right is None:
        return 0
    return 1 + murmur(f"{left}{SEPARATOR}{right}", cross.seed) % cross.buckets


def cross_ids(cross: Cross, left: SideValues, right: SideValues) -> npt.NDArray[np.int64]:
    """Return the ids of all rows; each distinct pair is hashed once."""
    pair_R = (left.code_R + 1) * (len(right.values) + 1) + (right.code_R + 1)
    pairs, inverse = np.unique(pair_R, return_inverse=True)
    left_code, right_code = np.divmod(pairs, len(right.values) + 1)
    ids = [
        cross_id(
            cross,
            left.values[a - 1] if a > 0 else None,
            right.values[b - 1] if b > 0 else None,
        )
        for a, b in zip(left_code.tolist(), right_code.tolist(), strict=True)
    ]
    return np.array(ids, dtype=np.int64)[inverse]
