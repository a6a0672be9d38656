"""Crosses: hashed pairs of raw values, one weight per head.

Shape letters: N rows, H heads.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import mmh3
import numpy as np
from numpy.typing import NDArray

from server.core.codes import distinct_codes
from server.core.feature_spec import CrossFeature, bucket_numbers
from server.features.raw_values import RawBags, RawScope, RawStrings

_SEPARATOR = "\x1f"
# Hashing so many pairs that may not occur costs less than finding out which do.
_MOST_PAIRS = 1_000
# Most ids that one cross keeps, 4 bytes each.
_KEPT_IDS = 2_000_000
_UNKNOWN = -1


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
        return _hashed(spec, left.texts[0], right.texts)[right.place_N]
    if len(right.texts) == 1 or len(left.texts) * len(right.texts) <= _MOST_PAIRS:
        table = np.stack([_hashed(spec, text, right.texts) for text in left.texts])
        ids_N: NDArray[np.int64] = table[left.place_N, right.place_N]
        return ids_N
    pairs, place_N = np.unique(left.place_N * len(right.texts) + right.place_N, return_inverse=True)
    ids = [
        _hashed(spec, left.texts[pair // len(right.texts)], [right.texts[pair % len(right.texts)]])
        for pair in pairs.tolist()
    ]
    return np.concatenate(ids)[place_N]


def _hashed(spec: CrossFeature, left: str | None, right: Sequence[str | None]) -> NDArray[np.int64]:
    """Return the ids of one left value with each right one, 0 where either is missing."""
    if left is None:
        return np.zeros(len(right), np.int64)
    prefix, seed, buckets, murmur = left + _SEPARATOR, spec.seed, spec.buckets, mmh3.hash
    return np.array(
        [0 if text is None else 1 + murmur(prefix + text, seed, False) % buckets for text in right],
        np.int64,
    )


class CrossIds:
    """The ids of one cross whose left value all rows share; no pair is hashed a second time.

    That holds for right values that are codes of a catalogue's dictionary, which only grows and so
    is the same from request to request. The left values used last are kept.
    """

    def __init__(self, spec: CrossFeature) -> None:
        self._spec = spec
        self._values: Sequence[str] = ()
        self._ids_of_left: OrderedDict[str, NDArray[np.int32]] = OrderedDict()

    def of(self, left: str | None, right: RawStrings) -> NDArray[np.int64] | NDArray[np.int32]:
        """Return (N,) ids, 0 where either side is missing."""
        if not left:
            return np.zeros(len(right.codes_N), np.int64)
        if right.values is not self._values:
            # A dictionary of this request alone, or one that may come back.
            self._values = right.values
            self._ids_of_left.clear()
            side = CrossSide.of(right)
            return _hashed(self._spec, left, side.texts)[side.place_N]
        ids_V = self._kept(left, right.values)
        ids_N = ids_V[right.codes_N]
        late_N = ids_N == _UNKNOWN
        if late_N.any():
            codes = np.unique(right.codes_N[late_N])
            texts = [right.values[code] or None for code in codes.tolist()]
            ids_V[codes] = _hashed(self._spec, left, texts)
            ids_N = ids_V[right.codes_N]
        return ids_N

    def _kept(self, left: str, values: Sequence[str]) -> NDArray[np.int32]:
        """Return at least (V + 1,) ids by code; the last one, which code -1 finds, is 0."""
        ids_V = self._ids_of_left.pop(left, None)
        if ids_V is None or len(ids_V) <= len(values):
            known = np.empty(0, np.int32) if ids_V is None else ids_V[:-1]
            # Room for the values to come.
            size = len(values) + len(values) // 8 + 1
            ids_V = np.full(size + 1, _UNKNOWN, np.int32)
            ids_V[: len(known)] = known
            ids_V[-1] = 0
        self._ids_of_left[left] = ids_V
        while len(self._ids_of_left) > 1 and len(self._ids_of_left) * len(ids_V) > _KEPT_IDS:
            self._ids_of_left.popitem(last=False)
        return ids_V


def cross_side(scope: RawScope, name: str, borders: tuple[float, ...] | None) -> CrossSide:
    """Return one side's strings: bucket numbers with borders, the first value of a bag."""
    return CrossSide.of(cross_strings(scope, name, borders))


def cross_strings(scope: RawScope, name: str, borders: tuple[float, ...] | None) -> RawStrings:
    """Return one side's values by row."""
    if borders is not None:
        buckets_N = bucket_numbers(borders, scope.numbers(name))
        values = tuple(str(bucket) for bucket in range(1, len(borders) + 2))
        return RawStrings((buckets_N - 1).astype(np.int32), values)
    texts = scope.texts(name)
    return texts.firsts() if isinstance(texts, RawBags) else texts
