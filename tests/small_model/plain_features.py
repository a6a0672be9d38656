"""The manifest's formulas, one value at a time: slow, obvious, and independent of the server."""

import math
import re

import mmh3
import numpy as np


def bucket(borders, x):
    if x is None or math.isnan(x):
        return 0
    return 1 + sum(border <= x for border in borders)


def ids(encoder, value, known):
    """Return the ids of one raw value; `known` maps item and user ids to model rows."""
    kind = encoder["kind"]
    if kind in ("items", "users"):
        return [known[kind].get(value, -1) + 1]
    if kind == "borders":
        return [bucket(encoder["borders"], value)]
    values = value if isinstance(value, (list, tuple)) else [value]
    values = [each for each in values if each not in (None, "")]
    if kind == "vocabulary":
        return [encoder["values"].index(v) + 1 for v in values if v in encoder["values"]]
    return [1 + mmh3.hash(v, encoder["seed"], signed=False) % encoder["buckets"] for v in values]


def embed(feature, value, tables, known):
    found = ids(feature["encoder"], value, known)
    if feature["pooling"] == "single":
        first = value[:1] if isinstance(value, (list, tuple)) else value
        found = ids(feature["encoder"], first, known)[:1]
    table = tables[feature["table"]]
    return np.mean([table[i] for i in found or [0]], axis=0)


def number(feature, x):
    if x is None or math.isnan(x):
        return feature["missing"]
    y = math.log1p(max(x, 0.0)) if feature["transform"] == "log1p" else x
    return float(np.clip((y - feature["mean"]) / feature["std"], -feature["clip"], feature["clip"]))


def side(value, borders):
    if borders is not None:
        found = bucket(borders, value)
        return str(found) if found else None
    if isinstance(value, (list, tuple)):
        value = value[0] if value else None
    return value or None


def cross_id(cross, left, right):
    left = side(left, cross.get("left_borders"))
    right = side(right, cross.get("right_borders"))
    if left is None or right is None:
        return 0
    return 1 + mmh3.hash(f"{left}\x1f{right}", cross["seed"], signed=False) % cross["buckets"]


def ranker_inputs(ranker, raw, tables, known):
    """Return (features, wide) of all rows of `raw`: name -> one value a row."""
    rows = len(next(iter(raw.values())))
    features, wide = [], []
    for row in range(rows):
        value = {name: values[row] for name, values in raw.items()}
        parts = [embed(f, value.get(f["raw"]), tables, known) for f in ranker["embeddings"]]
        parts.append([number(f, value.get(f["raw"])) for f in ranker["numeric"]])
        features.append(np.concatenate(parts))
        crossed = [
            tables[c["table"]][cross_id(c, value.get(c["left"]), value.get(c["right"]))]
            for c in ranker["crosses"]
        ]
        wide.append(np.sum(crossed, axis=0))
    return np.array(features), np.array(wide)


def content(spec, item, table):
    """Return the normalised sum over distinct tokens; zero without tokens."""
    words = [
        item["title"],
        *(item["attributes"].get(name) or "" for name in spec["text_attributes"]),
    ]
    tokens = {w for text in words for w in re.findall(r"[^\W_]+", text.lower())}
    for name in spec["value_attributes"]:
        value = item["attributes"].get(name)
        values = value if isinstance(value, list) else [value]
        tokens |= {f"{name}={v}" for v in values if v}
    total = np.zeros(table.shape[1])
    for token in tokens:
        total += table[1 + mmh3.hash(token, spec["seed"], signed=False) % spec["buckets"]]
    return normalised(total)


def normalised(vector):
    norm = np.linalg.norm(vector)
    return vector / norm if norm > 0 else vector
