"""The wide part of the ranker's input: the sum of all crosses' weights.

Shape letters: N rows, H heads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.feature_spec import CrossFeature
from server.features.cross_features import CrossSide, cross_ids, cross_strings, first_text
from server.features.cross_weights import CrossWeights
from server.features.raw_values import RawScope, RawStrings, is_shared

Side = tuple[str, tuple[float, ...] | None]


class CrossSides:
    """The values of one request that crosses ask for, each read once."""

    def __init__(self, shared: RawScope, by_row: RawScope) -> None:
        self._shared = shared
        self._by_row = by_row
        self._strings: dict[Side, RawStrings] = {}
        self._distinct: dict[Side, CrossSide] = {}

    def strings(self, side: Side) -> RawStrings:
        """Return a side's values by row."""
        if side not in self._strings:
            raw, borders = side
            scope = self._shared if is_shared(raw) else self._by_row
            self._strings[side] = cross_strings(scope, raw, borders)
        return self._strings[side]

    def distinct(self, side: Side) -> CrossSide:
        """Return a side's values, each distinct one once."""
        if side not in self._distinct:
            self._distinct[side] = CrossSide.of(self.strings(side))
        return self._distinct[side]


class Cross:
    """One cross of any two raw values."""

    def __init__(self, spec: CrossFeature, table: NDArray[np.float32]) -> None:
        self._spec = spec
        self._table = table
        self._left: Side = (spec.left, spec.left_borders)
        self._right: Side = (spec.right, spec.right_borders)
        self._kept = None if is_shared(spec.right) else CrossWeights(spec, table)

    def weights(self, sides: CrossSides) -> NDArray[np.float32]:
        """Return (N, H) or (1, H), NaN for pairs that are to be learned first."""
        left = sides.strings(self._left)
        if self._kept is not None and left.count == 1:
            return self._kept.of(first_text(left), sides.strings(self._right))
        ids = cross_ids(self._spec, sides.distinct(self._left), sides.distinct(self._right))
        return self._table[ids]

    def learn(self, sides: CrossSides) -> None:
        """Look up what was asked for the first time."""
        left = sides.strings(self._left)
        if self._kept is not None and left.count == 1:
            self._kept.learn(first_text(left), sides.strings(self._right))


class WidePart:
    """All crosses of a ranker."""

    def __init__(
        self,
        crosses: Sequence[CrossFeature],
        tables: Mapping[str, NDArray[np.float32]],
        heads: int,
    ) -> None:
        self._heads = heads
        self._crosses = [Cross(spec, tables[spec.table]) for spec in crosses]

    def of(self, shared: RawScope, by_row: RawScope) -> NDArray[np.float32]:
        """Return (N, H), the sum over all crosses of their weights."""
        sides = CrossSides(shared, by_row)
        weights = [cross.weights(sides) for cross in self._crosses]
        wide_NH = self._sum(weights, by_row.count)
        # One look at the sum instead of one at each cross's weights.
        if not np.isnan(wide_NH).any():
            return wide_NH
        for number, cross in enumerate(self._crosses):
            if np.isnan(weights[number]).any():
                cross.learn(sides)
                weights[number] = cross.weights(sides)
        return self._sum(weights, by_row.count)

    def _sum(self, weights: Sequence[NDArray[np.float32]], count: int) -> NDArray[np.float32]:
        wide_NH = np.zeros((count, self._heads), np.float32)
        for each in weights:
            wide_NH += each
        return wide_NH
