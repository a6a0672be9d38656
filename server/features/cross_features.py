"""Crosses: hashed pairs of raw values, one weight per head.

Shape letters: N rows, H heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import mmh3
import numpy as np
from numpy.typing import NDArray

from server.core.codes import distinct_codes
from server.core.feature_spec import CrossFeature, bucket_numbers
from server.features.raw_values import RawBags, RawScope, RawStrings

_SEPARATOR = "\x1f"
# Hashing so many pairs that may not occur costs less than finding out which do.
_MOST_PAIRS = 1_000


@dataclass(frozen=True, slots=True)
class CrossSide:
    """One side's strings, each distinct one once.

    Shapes:
        place_N (N,) int64 index into `texts`; N is 1 for a value that all rows share.
    """

    texts: Sequence[str | None]
    place_N: NDArray[np.int64]

    @classmethod
    def of(cls, strings: RawStrings) -> CrossSide:
        codes, place_N = distinct_codes(strings.codes_N, len(strings.values))
        texts = [strings.values[code] or None if code >= 0 else None for code in codes.tolist()]
        return cls(texts, place_N)


def cross_ids(spec: CrossFeature, left: CrossSide, right: CrossSide) -> NDArray[np.int64]:
    """Return (N,) ids; each distinct pair is hashed once. A side of one row holds for all."""
    if len(left.texts) == 1:
        return hashed_ids(spec, left.texts[0], right.texts)[right.place_N]
    if len(right.texts) == 1 or len(left.texts) * len(right.texts) <= _MOST_PAIRS:
        table = np.stack([hashed_ids(spec, text, right.texts) for text in left.texts])
        ids_N: NDArray[np.int64] = table[left.place_N, right.place_N]
        return ids_N
    pairs, place_N = np.unique(left.place_N * len(right.texts) + right.place_N, return_inverse=True)
    ids = [
        hashed_ids(
            spec, left.texts[pair // len(right.texts)], [right.texts[pair % len(right.texts)]]
        )
        for pair in pairs.tolist()
    ]
    return np.concatenate(ids)[place_N]


def hashed_ids(
    spec: CrossFeature, left: str | None, right: Sequence[str | None]
) -> NDArray[np.int64]:
    """Return the ids of one left value with each right one, 0 where either is missing."""
    if left is None:
        return np.zeros(len(right), np.int64)
    prefix, seed, buckets, murmur = left + _SEPARATOR, spec.seed, spec.buckets, mmh3.hash
    return np.array(
        [0 if text is None else 1 + murmur(prefix + text, seed, False) % buckets for text in right],
        np.int64,
    )


def cross_strings(scope: RawScope, name: str, borders: tuple[float, ...] | None) -> RawStrings:
    """Return one side's values by row: bucket numbers with borders, the first value of a bag."""
    if borders is not None:
        buckets_N = bucket_numbers(borders, scope.numbers(name))
        return RawStrings((buckets_N - 1).astype(np.int32), _bucket_texts(len(borders) + 1))
    texts = scope.texts(name)
    return texts.firsts() if isinstance(texts, RawBags) else texts


def first_text(strings: RawStrings) -> str | None:
    """Return the first row's value; "" is missing."""
    code = int(strings.codes_N[0])
    return strings.values[code] or None if code >= 0 else None


@cache
def _bucket_texts(count: int) -> Sequence[str]:
    """Return 1 to `count`: one dictionary for all requests."""
    return tuple(str(bucket) for bucket in range(1, count + 1))
