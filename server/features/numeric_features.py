"""Numeric features: transformed, normalised and clipped as the manifest says.

Shape letters: N rows, K numeric features.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.feature_spec import NumericFeature, Transform


class NumericFeatures:
    """All numeric features at once."""

    def __init__(self, features: Sequence[NumericFeature]) -> None:
        self.features = tuple(features)
        is_log = [each.transform is Transform.LOG1P for each in features]
        self._log = np.array(is_log, np.bool_)[:, None]
        self._mean = np.array([each.mean for each in features])[:, None]
        self._scale = 1.0 / np.array([each.std for each in features])[:, None]
        self._clip = np.array([each.clip for each in features])[:, None]
        self._missing = np.array([each.missing for each in features])[:, None]

    def normalise(self, raw_KN: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (K, N); the argument is overwritten."""
        if self._log.any():
            np.maximum(raw_KN, 0.0, out=raw_KN, where=self._log)
            np.log1p(raw_KN, out=raw_KN, where=self._log)
        raw_KN -= self._mean
        raw_KN *= self._scale
        np.maximum(raw_KN, -self._clip, out=raw_KN)
        np.minimum(raw_KN, self._clip, out=raw_KN)
        np.copyto(raw_KN, self._missing, where=np.isnan(raw_KN))
        return raw_KN
