"""Numeric features: log, normalise and clip as the manifest says.

Shape legend: R rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Transform = Literal["identity", "log1p"]


@dataclass(frozen=True, slots=True)
class NumericFeature:
    """z = clip((transform(x) - mean) / std); NaN becomes `missing`, which is already normalised."""

    name: str
    raw: str
    transform: Transform
    mean: float
    std: float
    clip: float
    missing: float

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "raw": self.raw,
            "transform": self.transform,
            "mean": self.mean,
            "std": self.std,
            "clip": self.clip,
            "missing": self.missing,
        }


def transformed(
    values_R: npt.NDArray[np.floating], transform: Transform
) -> npt.NDArray[np.float64]:
    """Apply the transform; log1p sees negative values as 0, NaN stays NaN."""
    values = np.asarray(values_R, dtype=np.float64)
    return np.log1p(np.maximum(values, 0.0)) if transform == "log1p" else values


def fit_numeric(
    raw: str, values_R: npt.NDArray[np.floating], transform: Transform
) -> NumericFeature | None:
    """Fit mean and standard deviation; None for a column that never varies."""
    values = transformed(values_R, transform)
    known = values[~np.isnan(values)]
    if len(known) == 0 or float(known.std()) < 1e-9:
        return None
    return NumericFeature(
        name=raw,
        raw=raw,
        transform=transform,
        mean=float(known.mean()),
        std=float(known.std()),
        clip=5.0,
        missing=0.0,
    )


def normalise(feature: NumericFeature, values_R: npt.NDArray[np.floating]) -> FloatArray:
    """Return the normalised column."""
    z_R = (transformed(values_R, feature.transform) - feature.mean) / feature.std
    clipped = np.clip(z_R, -feature.clip, feature.clip)
    return np.where(np.isnan(clipped), feature.missing, clipped).astype(np.float32)
