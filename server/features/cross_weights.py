"""The weights of one cross whose left value all rows share.

Shape letters: N rows, H heads, T table rows, V dictionary codes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.feature_spec import CrossFeature
from server.features.cross_features import CrossSide, hashed_ids
from server.features.raw_values import RawStrings

# Most weights that one cross keeps, 4 bytes each.
_KEPT_WEIGHTS = 2_000_000
# Where fewer left values fit, hashing pairs costs less than filling new arrays all the time.
_FEWEST_LEFTS = 8
_UNSEEN = np.float32(np.nan)


class CrossWeights:
    """Weights by left value and right code, so that no pair is hashed a second time.

    That holds for right values that are codes of a catalogue's dictionary, which only grows and so
    is the same from request to request. The left values used last are kept.
    """

    def __init__(self, spec: CrossFeature, table_TH: NDArray[np.float32]) -> None:
        self._spec = spec
        self._table_TH = table_TH
        self._values: Sequence[str] = ()
        self._weights_of_left: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def of(self, left: str | None, right: RawStrings) -> NDArray[np.float32]:
        """Return (N, H), or (1, H) for all rows; NaN for pairs that are to be learned first."""
        if not left:
            return self._table_TH[:1]
        if not self._keeps(right.values):
            side = CrossSide.of(right)
            ids = hashed_ids(self._spec, left, side.texts)
            return self._table_TH.take(ids[side.place_N], axis=0)
        return self._kept(left, right.values).take(right.codes_N, axis=0)

    def learn(self, left: str | None, right: RawStrings) -> None:
        """Look up the pairs for which `of` has no weights yet."""
        if not left:
            return
        weights_VH = self._kept(left, right.values)
        unseen_N = np.isnan(weights_VH[right.codes_N, 0])
        codes = np.unique(right.codes_N[unseen_N])
        texts = [right.values[code] or None for code in codes.tolist()]
        weights_VH[codes] = self._table_TH[hashed_ids(self._spec, left, texts)]

    def _keeps(self, values: Sequence[str]) -> bool:
        """Tell whether it is a dictionary that was seen before, and not too long."""
        if values is not self._values:
            # A dictionary of this request alone, or one that may come back.
            self._values = values
            self._weights_of_left.clear()
            return False
        heads: int = self._table_TH.shape[1]
        return len(values) * heads * _FEWEST_LEFTS <= _KEPT_WEIGHTS

    def _kept(self, left: str, values: Sequence[str]) -> NDArray[np.float32]:
        """Return at least (V + 1, H) by code; the last one, which code -1 finds, is missing."""
        weights_VH = self._weights_of_left.pop(left, None)
        if weights_VH is None or len(weights_VH) <= len(values):
            weights_VH = self._grown(weights_VH, len(values))
        self._weights_of_left[left] = weights_VH
        kept = self._weights_of_left
        while len(kept) > 1 and len(kept) * weights_VH.size > _KEPT_WEIGHTS:
            kept.popitem(last=False)
        return weights_VH

    def _grown(self, known_VH: NDArray[np.float32] | None, size: int) -> NDArray[np.float32]:
        # With room for the values to come.
        rows = size + size // 8 + 2
        weights_VH = np.full((rows, self._table_TH.shape[1]), _UNSEEN)
        if known_VH is not None:
            weights_VH[: len(known_VH) - 1] = known_VH[:-1]
        weights_VH[-1] = self._table_TH[0]
        return weights_VH
