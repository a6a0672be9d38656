"""What a model's manifest says of its features: plain values that training and serving share.

Shape letters: R raw values.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray


class Pooling(StrEnum):
    """How the embeddings of one feature's ids become one vector."""

    SINGLE = "single"
    MEAN = "mean"


class Transform(StrEnum):
    """What is done to a number before it is normalised."""

    IDENTITY = "identity"
    LOG1P = "log1p"


@dataclass(frozen=True, slots=True)
class VocabularyEncoder:
    """Id = position in `values` + 1; anything else is 0."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HashEncoder:
    """Id = 1 + murmur3_32(value, seed) modulo `buckets`."""

    buckets: int
    seed: int


@dataclass(frozen=True, slots=True)
class BordersEncoder:
    """Id = 1 + how many borders are <= x; NaN is 0."""

    borders: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ItemsEncoder:
    """Id = 1 + the model item; items that the model does not know are 0."""


@dataclass(frozen=True, slots=True)
class UsersEncoder:
    """Id = 1 + the model user; users that the model does not know are 0."""


Encoder: TypeAlias = VocabularyEncoder | HashEncoder | BordersEncoder | ItemsEncoder | UsersEncoder


@dataclass(frozen=True, slots=True)
class EmbeddingFeature:
    """A raw value looked up in a table; row 0 of the table is the missing or unknown value."""

    name: str
    raw: str
    encoder: Encoder
    pooling: Pooling
    table: str
    dimension: int


@dataclass(frozen=True, slots=True)
class NumericFeature:
    """z = clip((transform(x) - mean) / std, -clip, clip); NaN becomes `missing`."""

    name: str
    raw: str
    transform: Transform
    mean: float
    std: float
    clip: float
    missing: float


@dataclass(frozen=True, slots=True)
class CrossFeature:
    """A hashed pair of raw values with one weight per head.

    Id = 1 + murmur3_32(left + U+001F + right, seed) modulo `buckets`; 0 if a side is missing. A
    side with borders is the decimal number of its bucket.
    """

    name: str
    left: str
    right: str
    buckets: int
    seed: int
    table: str
    left_borders: tuple[float, ...] | None = None
    right_borders: tuple[float, ...] | None = None


def bucket_numbers(
    borders: tuple[float, ...] | NDArray[np.float64], values_R: NDArray[np.floating]
) -> NDArray[np.int64]:
    """Return 1 + how many borders are <= x, 0 for NaN."""
    numbers = 1 + np.searchsorted(np.asarray(borders, np.float64), values_R, side="right")
    return np.where(np.isnan(values_R), 0, numbers).astype(np.int64)
