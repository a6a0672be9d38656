"""Encodes one row at a time from a manifest: slow, plain, and the reference for golden vectors.

Shape legend: F dense features, H heads.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from torchrec_models.features.tokens import murmur

Vector = npt.NDArray[np.float32]
Tables = Callable[[str], npt.NDArray[np.float32]]
RowIds = dict[str, dict[str, int]]


def pooled(feature: dict[str, Any], value: object, tables: Tables, row_ids: RowIds) -> Vector:
    """Return the mean of the table rows of a feature's ids."""
    table = tables(feature["table"])
    ids = feature_ids(feature, value, row_ids)
    return np.asarray(table[np.array(ids)].mean(axis=0), dtype=np.float32)


def feature_ids(feature: dict[str, Any], value: object, row_ids: RowIds) -> list[int]:
    """Return the ids of a raw value; [0] where nothing of it is known."""
    encoder = feature["encoder"]
    if encoder["kind"] == "borders":
        return [bucket(encoder["borders"], value)]
    values = _strings(value)
    if feature["pooling"] == "single":
        values = values[:1]
    ids = [_string_id(encoder, text, row_ids) for text in values]
    return [i for i in ids if i > 0] or [0]


def _string_id(encoder: dict[str, Any], text: str, row_ids: RowIds) -> int:
    kind = encoder["kind"]
    if kind == "vocabulary":
        return encoder["values"].index(text) + 1 if text in encoder["values"] else 0
    if kind == "hash":
        return 1 + murmur(text, encoder["seed"]) % int(encoder["buckets"])
    return row_ids[kind].get(text, -1) + 1


def _strings(value: object) -> list[str]:
    if value is None or value == "":
        return []
    return [str(v) for v in value if v != ""] if isinstance(value, (list, tuple)) else [str(value)]


def bucket(borders: list[float], value: object) -> int:
    """Return 1 + number of borders <= value, 0 when it is missing."""
    if value is None or math.isnan(float(str(value))):
        return 0
    return 1 + sum(border <= float(str(value)) for border in borders)


def normalised(feature: dict[str, Any], value: object) -> float:
    """Return one normalised number."""
    if value is None or math.isnan(float(str(value))):
        return float(feature["missing"])
    x = float(str(value))
    y = math.log1p(max(x, 0.0)) if feature["transform"] == "log1p" else x
    z = (y - feature["mean"]) / feature["std"]
    return float(min(max(z, -feature["clip"]), feature["clip"]))


def wide_row(crosses: list[dict[str, Any]], raw: dict[str, Any], tables: Tables) -> Vector:
    """Return the sum of the crosses' table rows (H,)."""
    rows = [tables(cross["table"])[_cross_id(cross, raw)] for cross in crosses]
    return np.asarray(np.sum(rows, axis=0), dtype=np.float32)


def _cross_id(cross: dict[str, Any], raw: dict[str, Any]) -> int:
    left = _cross_side(raw[cross["left"]], cross.get("left_borders"))
    right = _cross_side(raw[cross["right"]], cross.get("right_borders"))
    if left is None or right is None:
        return 0
    return 1 + murmur(f"{left}\x1f{right}", cross["seed"]) % int(cross["buckets"])


def _cross_side(value: object, borders: list[float] | None) -> str | None:
    if borders is not None:
        number = bucket(borders, value)
        return str(number) if number else None
    values = _strings(value)
    return values[0] if values else None


def ranker_row(
    ranker: dict[str, Any], raw: dict[str, Any], tables: Tables, row_ids: RowIds
) -> tuple[Vector, Vector]:
    """Return the two inputs of the ranker's ONNX for one row: features (F,) and wide (H,)."""
    dense = [pooled(f, raw[f["raw"]], tables, row_ids) for f in ranker["embeddings"]]
    numbers = [normalised(f, raw[f["raw"]]) for f in ranker["numeric"]]
    features = np.concatenate([*dense, np.array(numbers, dtype=np.float32)])
    return features, wide_row(ranker["crosses"], raw, tables)
