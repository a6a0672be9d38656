"""Encoders: raw values become embedding ids, exactly as the manifest says.

Id 0 is the missing or unknown value in every encoder. Shape letters: N rows, V distinct values,
L list entries, D table columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.feature_spec import (
    BordersEncoder,
    EmbeddingFeature,
    HashEncoder,
    ItemsEncoder,
    Pooling,
    UsersEncoder,
    VocabularyEncoder,
    bucket_numbers,
)
from server.features.raw_values import RawBags, RawScope, RawTexts
from server.features.tokens import murmur


def value_encoder(encoder: VocabularyEncoder | HashEncoder) -> Callable[[str], int]:
    """Return the function from one string to its id; the empty string is missing."""
    if isinstance(encoder, VocabularyEncoder):
        index = {value: position + 1 for position, value in enumerate(encoder.values)}
        index[""] = 0
        return lambda value: index.get(value, 0)
    buckets, seed = encoder.buckets, encoder.seed
    return lambda value: 1 + murmur(value, seed) % buckets if value else 0


class CodeIds:
    """Ids by dictionary code; each distinct value is encoded once while its dictionary grows."""

    def __init__(self, encode: Callable[[str], int]) -> None:
        self._encode = encode
        self._values: Sequence[str] | None = None
        self._ids_V = np.empty(0, np.int64)

    def of(self, values: Sequence[str]) -> NDArray[np.int64]:
        """Return (V + 1,) ids by code; the last one, which code -1 finds, is 0."""
        known = len(self._ids_V) - 1 if values is self._values else 0
        count = len(values)
        if values is not self._values or count > known:
            # A catalogue's dictionary only grows, so what was encoded before still holds.
            fresh = np.fromiter(
                (self._encode(value) for value in values[known:count]), np.int64, count - known
            )
            self._ids_V = np.concatenate([self._ids_V[:known], fresh, np.zeros(1, np.int64)])
            self._values = values
        return self._ids_V


class EmbeddingLookup:
    """One embedding feature: raw values to (N, D) columns."""

    def __init__(self, feature: EmbeddingFeature, table: NDArray[np.float32]) -> None:
        """Args: table: (ids, D), row 0 for missing and unknown values."""
        self.feature = feature
        self._table = table
        if isinstance(feature.encoder, VocabularyEncoder | HashEncoder):
            self._codes = CodeIds(value_encoder(feature.encoder))
        if isinstance(feature.encoder, BordersEncoder):
            self._borders = np.array(feature.encoder.borders, np.float64)

    def embed(self, scope: RawScope) -> NDArray[np.float32]:
        """Return (N, D)."""
        encoder, raw = self.feature.encoder, self.feature.raw
        if isinstance(encoder, BordersEncoder):
            return self._table.take(bucket_numbers(self._borders, scope.numbers(raw)), axis=0)
        if isinstance(encoder, ItemsEncoder | UsersEncoder):
            return self._table.take(scope.model_ids(raw), axis=0)
        texts = scope.texts(raw)
        if isinstance(texts, RawBags) and self.feature.pooling is Pooling.MEAN:
            return self._mean(texts)
        return self._table.take(self._single_ids(texts), axis=0)

    def _single_ids(self, texts: RawTexts) -> NDArray[np.int64]:
        strings = texts.firsts() if isinstance(texts, RawBags) else texts
        return self._codes.of(strings.values).take(strings.codes_N)

    def _mean(self, bags: RawBags) -> NDArray[np.float32]:
        """Return the mean over each row's known values; row 0 of the table where there is none."""
        ids_L, counts_N, starts_N = self._known(bags)
        pooled_ND = np.empty((len(counts_N), self._table.shape[1]), np.float32)
        # All rows with as many values at once: `reduceat` takes far longer for short runs.
        for count in np.flatnonzero(np.bincount(counts_N)).tolist():
            rows = np.flatnonzero(counts_N == count)
            if count == 0:
                pooled_ND[rows] = self._table[0]
                continue
            ids = ids_L.take(starts_N.take(rows)[:, None] + np.arange(count))
            pooled_ND[rows] = self._table.take(ids, axis=0).sum(axis=1) / np.float32(count)
        return pooled_ND

    def _known(self, bags: RawBags) -> tuple[NDArray[np.int64], ...]:
        """Return the ids of known values, row after row, how many each row has and where."""
        ids_L = self._codes.of(bags.values).take(bags.codes_L)
        is_known_L = ids_L > 0
        if is_known_L.all():
            return ids_L, bags.lengths_N, bags.starts_N
        row_L = np.repeat(np.arange(bags.count), bags.lengths_N)
        counts_N = np.bincount(row_L[is_known_L], minlength=bags.count)
        return ids_L[is_known_L], counts_N, counts_N.cumsum() - counts_N
