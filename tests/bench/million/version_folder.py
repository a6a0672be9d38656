"""A model version of a million items: real sizes and real formats, random weights.

Shape letters: M items, U users, D vector dimensions, K neighbours, F ranker features.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from tests.bench.million import ranker_graph, vectors

DIMENSION = 256
FEATURES = 400
HIDDEN = (1024, 512, 256, 128)
CROSSES = 3
HEADS = ("click", "long_view", "purchase")
NEIGHBORS = 20
HISTORY_DIMENSION = 8
CROSS_BUCKETS = 100_000
CATEGORIES, BRANDS, TAGS = 200, 5_000, 1_000
COUNTRIES = ("DE", "FR", "GB", "JP", "US")

_NUMERIC = (
    ("candidate.two_tower", "identity"),
    ("candidate.co_engaged", "identity"),
    ("candidate.co_engaged_share", "identity"),
    ("candidate.content", "identity"),
    ("candidate.times_engaged", "log1p"),
    ("candidate.days_since_engaged", "log1p"),
    ("candidate.affinity.category", "identity"),
    ("candidate.affinity.brand", "identity"),
    ("candidate.affinity.tags", "identity"),
    ("item.popularity", "log1p"),
    ("item.recent_popularity", "log1p"),
    ("item.impressions", "log1p"),
    ("item.rate.click", "identity"),
    ("item.rate.long_view", "identity"),
    ("item.rate.purchase", "identity"),
    ("item.age_days", "log1p"),
    ("item.price", "log1p"),
    ("user.history_length", "log1p"),
    ("user.impressions", "log1p"),
    ("user.rate.click", "identity"),
)


def write_version(folder: Path, *, items: int, users: int, seed: int) -> None:
    """Write a complete version folder with `items` items and `users` users."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    _write_ids(folder, items, users)
    vectors.write_item_vectors(folder / "item_vectors.npy", items, DIMENSION, seed=seed)
    vectors.write_item_vectors(folder / "content_vectors.npy", items, DIMENSION, seed=seed + 100)
    user_features = [
        _embedding(folder, rng, "user.id", {"kind": "users"}, users, DIMENSION, name="tower")
    ]
    np.save(
        folder / user_features[0]["table"],
        np.vstack(
            [np.zeros((1, DIMENSION)), vectors.draw_queries(users, DIMENSION, seed=seed)]
        ).astype(np.float32),
    )
    _save(folder, "tables/history_item", rng, (items + 1, HISTORY_DIMENSION))
    _save(folder, "tables/content_token", rng, (2**16 + 1, DIMENSION))
    _write_co_engagement(folder, rng, items)
    popularity_M = rng.zipf(1.5, items).clip(max=100_000).astype(np.float32)
    np.save(folder / "popularity.npy", popularity_M)
    np.save(folder / "recent_popularity.npy", popularity_M * np.float32(0.1))
    item_feature = _embedding(folder, rng, "item.price", _borders(), 8, DIMENSION, name="cold")
    tower_inputs = DIMENSION + HISTORY_DIMENSION + 1
    ranker_graph.write_pass_through_tower(
        folder / "user_tower.onnx", inputs=tower_inputs, dimension=DIMENSION
    )
    ranker_graph.write_pass_through_tower(
        folder / "item_tower.onnx", inputs=DIMENSION, dimension=DIMENSION
    )
    ranker = _ranker(folder, rng, items, users)
    ranker_graph.write_ranker(
        folder / "ranker.onnx",
        features=FEATURES,
        hidden=HIDDEN,
        crosses=CROSSES,
        heads=len(HEADS),
        seed=seed,
    )
    (folder / "golden.json").write_bytes(
        orjson.dumps({"users": [], "items": [], "ranker": [], "tolerance": 1e-4})
    )
    manifest = {
        "format": 1,
        "version": folder.name,
        "created_time": "2026-01-01T00:00:00Z",
        "embedding_space_id": f"{folder.name}-space",
        "recipe": {"name": "bench"},
        "data": {
            "catalog": "bench",
            "counts": {"items": items},
            "data_time_ms": 0,
            "log_watermark": 0,
        },
        "items": "item_ids.txt",
        "users": "user_ids.txt",
        "retrieval": {
            "dimension": DIMENSION,
            "item_vectors": "item_vectors.npy",
            "history_length": 50,
            "history_table": "tables/history_item.npy",
            "user_features": user_features,
            "user_tower": "user_tower.onnx",
            "item_features": [item_feature],
            "item_tower": "item_tower.onnx",
        },
        "content": {
            "dimension": DIMENSION,
            "item_vectors": "content_vectors.npy",
            "token_table": "tables/content_token.npy",
            "seed": 7,
            "buckets": 2**16,
            "text_attributes": [],
            "value_attributes": ["category", "brand", "tags"],
        },
        "co_engagement": {
            "neighbors": "co_neighbors.npy",
            "weights": "co_weights.npy",
            "history_length": 100,
        },
        "popularity": "popularity.npy",
        "recent_popularity": "recent_popularity.npy",
        "ranker": ranker,
        "objective": {"weights": dict.fromkeys(HEADS, 1.0), "min": 0.0, "max": float(len(HEADS))},
        "pre_ranker": {
            "weights": {"two_tower": 1.0, "co_engaged": 0.5, "content": 0.2, "popularity": 0.1}
        },
        "metrics": {},
        "golden": "golden.json",
    }
    manifest["files"] = _file_entries(folder)
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))


def item_id(index: int) -> str:
    return f"item-{index}"


def user_id(index: int) -> str:
    return f"user-{index}"


def _write_ids(folder: Path, items: int, users: int) -> None:
    with (folder / "item_ids.txt").open("w") as out:
        out.writelines(f"{item_id(index)}\n" for index in range(items))
    with (folder / "user_ids.txt").open("w") as out:
        out.writelines(f"{user_id(index)}\n" for index in range(users))


def _save(folder: Path, name: str, rng: np.random.Generator, shape: tuple[int, ...]) -> str:
    path = f"{name}.npy"
    np.save(folder / path, rng.standard_normal(shape, np.float32) * np.float32(0.1))
    return path


def _write_co_engagement(folder: Path, rng: np.random.Generator, items: int) -> None:
    shape = (items, NEIGHBORS)
    np.save(folder / "co_neighbors.npy", rng.integers(0, items, shape, np.int32))
    np.save(folder / "co_weights.npy", np.sort(rng.random(shape, np.float32))[:, ::-1])


def _borders() -> dict[str, Any]:
    return {"kind": "borders", "borders": [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]}


def _vocabulary(prefix: str, size: int) -> dict[str, Any]:
    return {"kind": "vocabulary", "values": [f"{prefix}-{index}" for index in range(size)]}


def _embedding(
    folder: Path,
    rng: np.random.Generator,
    raw: str,
    encoder: dict[str, Any],
    ids: int,
    dimension: int,
    *,
    pooling: str = "single",
    name: str = "",
) -> dict[str, Any]:
    label = f"{name or 'ranker'}.{raw}" if name != raw else raw
    return {
        "name": label,
        "raw": raw,
        "encoder": encoder,
        "pooling": pooling,
        "table": _save(folder, f"tables/{label}", rng, (ids + 1, dimension)),
        "dimension": dimension,
    }


def _ranker(folder: Path, rng: np.random.Generator, items: int, users: int) -> dict[str, Any]:
    hours = {"kind": "vocabulary", "values": [str(hour) for hour in range(24)]}
    countries = {"kind": "vocabulary", "values": list(COUNTRIES)}
    devices = {"kind": "vocabulary", "values": ["phone", "tablet", "desktop", "tv", "other"]}
    categories = _vocabulary("category", CATEGORIES)
    embeddings = [
        _embedding(folder, rng, "user.id", {"kind": "users"}, users, 64),
        _embedding(folder, rng, "item.id", {"kind": "items"}, items, 16),
        _embedding(folder, rng, "item.category", categories, CATEGORIES, 48),
        _embedding(folder, rng, "item.brand", _vocabulary("brand", BRANDS), BRANDS, 48),
        _embedding(folder, rng, "item.tags", _vocabulary("tag", TAGS), TAGS, 64, pooling="mean"),
        _embedding(folder, rng, "context.hour", hours, 24, 16),
        _embedding(folder, rng, "context.device_class", devices, 5, 16),
        _embedding(folder, rng, "user.country", countries, len(COUNTRIES), 32),
        _embedding(folder, rng, "user.top.category", categories, CATEGORIES, 76),
    ]
    pairs = (
        ("user.top.category", "item.category"),
        ("user.country", "item.brand"),
        ("context.device_class", "item.category"),
    )
    crosses = [
        {
            "name": f"{left} x {right}",
            "left": left,
            "right": right,
            "buckets": CROSS_BUCKETS,
            "seed": 11 + number,
            "table": _save(folder, f"tables/cross.{number}", rng, (CROSS_BUCKETS + 1, len(HEADS))),
        }
        for number, (left, right) in enumerate(pairs)
    ]
    numeric = [
        {
            "name": raw,
            "raw": raw,
            "transform": transform,
            "mean": 0.0,
            "std": 1.0,
            "clip": 5.0,
            "missing": 0.0,
        }
        for raw, transform in _NUMERIC
    ]
    assert sum(each["dimension"] for each in embeddings) + len(numeric) == FEATURES
    return {
        "heads": list(HEADS),
        "onnx": "ranker.onnx",
        "embeddings": embeddings,
        "numeric": numeric,
        "crosses": crosses,
        "priors": {"click": 0.1, "long_view": 0.05, "purchase": 0.01},
    }


def _file_entries(folder: Path) -> dict[str, dict[str, Any]]:
    entries = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            name = path.relative_to(folder).as_posix()
            entries[name] = {"sha256": digest, "size_bytes": path.stat().st_size}
    return entries
