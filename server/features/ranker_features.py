"""The ranker's input from raw values: concatenated embeddings, numbers, and the wide part.

Shape letters: N rows, F features, H heads, K numeric features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.feature_spec import CrossFeature, EmbeddingFeature, NumericFeature
from server.features.encoders import EmbeddingLookup
from server.features.numeric_features import NumericFeatures
from server.features.raw_values import RawScope, is_shared
from server.features.static_items import is_static
from server.features.wide_part import WidePart


@dataclass(frozen=True, slots=True)
class PlacedLookup:
    """A feature and the columns of the ranker's input that it fills."""

    lookup: EmbeddingLookup
    columns: slice


class RankerFeatures:
    """Encodes one scope of shared values (one row) and one scope of N rows."""

    def __init__(
        self,
        embeddings: Sequence[EmbeddingFeature],
        numeric: Sequence[NumericFeature],
        crosses: Sequence[CrossFeature],
        tables: Mapping[str, NDArray[np.float32]],
        heads: int,
    ) -> None:
        placed: list[PlacedLookup] = []
        start = 0
        for feature in embeddings:
            columns = slice(start, start + feature.dimension)
            placed.append(PlacedLookup(EmbeddingLookup(feature, tables[feature.table]), columns))
            start = columns.stop
        self.width = start + len(numeric)
        self.heads = heads
        self.static = [each for each in placed if is_static(each.lookup.feature)]
        self._shared = [each for each in placed if is_shared(each.lookup.feature.raw)]
        self._by_row = [
            each for each in placed if each not in self.static and each not in self._shared
        ]
        self._numeric = NumericFeatures(numeric)
        self._numeric_columns = slice(start, self.width)
        self._wide = WidePart(crosses, tables, heads)
        self._runs = _runs(self.static)

    def features(
        self, shared: RawScope, by_row: RawScope, static_NW: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return (N, F); `static_NW` are the columns of `static`, one feature after the other."""
        features_NF = np.empty((by_row.count, self.width), np.float32)
        for target, source in self._runs:
            features_NF[:, target] = static_NW[:, source]
        for placed in self._shared:
            features_NF[:, placed.columns] = placed.lookup.embed(shared)
        for placed in self._by_row:
            features_NF[:, placed.columns] = placed.lookup.embed(by_row)
        if self._numeric.features:
            features_NF[:, self._numeric_columns] = self._numbers(shared, by_row).T
        return features_NF

    def static_columns(self, by_row: RawScope) -> NDArray[np.float32]:
        """Return (N, W), the static columns looked up from raw values."""
        embedded = [placed.lookup.embed(by_row) for placed in self.static]
        return np.concatenate([np.empty((by_row.count, 0), np.float32), *embedded], axis=1)

    def wide(self, shared: RawScope, by_row: RawScope) -> NDArray[np.float32]:
        """Return (N, H), the sum over all crosses of their weights."""
        return self._wide.of(shared, by_row)

    def _numbers(self, shared: RawScope, by_row: RawScope) -> NDArray[np.float64]:
        raw_KN = np.empty((len(self._numeric.features), by_row.count))
        for row, feature in enumerate(self._numeric.features):
            scope = shared if is_shared(feature.raw) else by_row
            raw_KN[row] = scope.numbers(feature.raw)
        return self._numeric.normalise(raw_KN)


def _runs(placed: Sequence[PlacedLookup]) -> list[tuple[slice, slice]]:
    """Return (columns of the input, columns of the block) of neighbouring features together."""
    runs: list[tuple[slice, slice]] = []
    start = 0
    for each in placed:
        end = start + each.lookup.feature.dimension
        if runs and runs[-1][0].stop == each.columns.start:
            target, source = runs.pop()
            runs.append((slice(target.start, each.columns.stop), slice(source.start, end)))
        else:
            runs.append((each.columns, slice(start, end)))
        start = end
    return runs
