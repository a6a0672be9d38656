"""Encoders: a raw value becomes embedding ids, exactly as the manifest states it.

Id 0 is the missing or unknown value in every encoder.
Shape legend: N entities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from torchrec_models.features.bags import Bags, bags_of, singles
from torchrec_models.features.tokens import murmur

Pooling = Literal["single", "mean"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Id = index in `values` + 1; a value outside it is unknown."""

    values: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.values)

    def to_json(self) -> dict[str, Any]:
        return {"kind": "vocabulary", "values": list(self.values)}


@dataclass(frozen=True, slots=True)
class HashBuckets:
    """Id = 1 + murmur3_32(value, seed) mod buckets."""

    buckets: int
    seed: int

    @property
    def size(self) -> int:
        return self.buckets

    def to_json(self) -> dict[str, Any]:
        return {"kind": "hash", "buckets": self.buckets, "seed": self.seed}


@dataclass(frozen=True, slots=True)
class Borders:
    """Id = 1 + number of borders <= x; NaN is missing."""

    borders: tuple[float, ...]

    @property
    def size(self) -> int:
        return len(self.borders) + 1

    def to_json(self) -> dict[str, Any]:
        return {"kind": "borders", "borders": list(self.borders)}


@dataclass(frozen=True, slots=True)
class EntityRows:
    """Id = 1 + the model row of the item or user."""

    kind: Literal["items", "users"]
    count: int

    @property
    def size(self) -> int:
        return self.count

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind}


Encoder = Vocabulary | HashBuckets | Borders | EntityRows


@dataclass(frozen=True, slots=True)
class EmbeddingFeature:
    """One looked-up feature: the pooled rows of its table are `dimension` dense columns."""

    name: str
    raw: str
    encoder: Encoder
    pooling: Pooling
    dimension: int

    @property
    def rows(self) -> int:
        """Rows of the table, the unknown row included."""
        return self.encoder.size + 1


def encoder_from_json(data: dict[str, Any], *, item_count: int, user_count: int) -> Encoder:
    """Read an encoder of a manifest.

    Raises:
        ValueError: The kind is unknown.
    """
    match data["kind"]:
        case "vocabulary":
            return Vocabulary(tuple(data["values"]))
        case "hash":
            return HashBuckets(data["buckets"], data["seed"])
        case "borders":
            return Borders(tuple(data["borders"]))
        case "items":
            return EntityRows("items", item_count)
        case "users":
            return EntityRows("users", user_count)
        case kind:
            raise ValueError(f"unknown encoder kind {kind!r}")


def encode_strings(
    encoder: Vocabulary | HashBuckets, values: Sequence[tuple[str, ...]], pooling: Pooling
) -> Bags:
    """Encode string values; unknown ones are dropped from bags, an empty bag is id 0."""
    if pooling == "single":
        values = [value[:1] for value in values]
    distinct = {value for row in values for value in row}
    if isinstance(encoder, Vocabulary):
        index = {value: row + 1 for row, value in enumerate(encoder.values)}
        id_of = {value: index[value] for value in distinct if value in index}
    else:
        id_of = {value: 1 + murmur(value, encoder.seed) % encoder.buckets for value in distinct}
    return bags_of([[id_of[value] for value in row if value in id_of] for row in values])


def bucket_numbers(
    borders: Sequence[float], number_N: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Return 1 + number of borders <= x for each x, 0 for NaN."""
    bucket_N = 1 + np.searchsorted(np.asarray(borders, dtype=np.float64), number_N, side="right")
    return np.where(np.isnan(number_N), 0, bucket_N).astype(np.int64)


def encode_numbers(encoder: Borders, number_N: npt.NDArray[np.float64]) -> Bags:
    """Encode numbers by their bucket."""
    return singles(bucket_numbers(encoder.borders, number_N))


def quantile_borders(number_N: npt.NDArray[np.float64], count: int) -> tuple[float, ...]:
    """Return up to `count` distinct borders that split the known values evenly.

    The lowest value is no border, so that no bucket is empty; no known values give no borders.
    """
    known = number_N[~np.isnan(number_N)]
    if len(known) == 0:
        return ()
    cuts = np.quantile(known, np.arange(1, count + 1) / (count + 1), method="higher")
    return tuple(float(cut) for cut in np.unique(cuts) if cut > known.min())
