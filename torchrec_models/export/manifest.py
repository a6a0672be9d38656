"""Builds the manifest: everything serving needs to compute what training computed."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any

import jsonschema
import numpy as np
from torchrec import EmbeddingBagCollection

from torchrec_models.errors import ExportError
from torchrec_models.export.onnx_parts import ranker_onnx, tower_onnx
from torchrec_models.export.version_folder import VersionFolder
from torchrec_models.features.encoders import EmbeddingFeature
from torchrec_models.features.tokens import murmur
from torchrec_models.retrieval.content import SEED as CONTENT_SEED
from torchrec_models.retrieval.towers import table_of
from torchrec_models.training import TrainedModel

FORMAT = 1


def write_parts(folder: VersionFolder, model: TrainedModel, created_time: str) -> dict[str, Any]:
    """Write every part but golden.json and return the manifest without `files` and `golden`."""
    snapshot = model.snapshot
    positives = int(snapshot.events.is_positive.sum())
    return {
        "format": FORMAT,
        "version": folder.version,
        "created_time": created_time,
        "embedding_space_id": f"space-{murmur(folder.version, 0):08x}",
        "recipe": {**model.recipe.to_json(), "seed": model.seed},
        "data": {
            "catalog": snapshot.catalog,
            "log_watermark": snapshot.log_watermark,
            "data_time_ms": snapshot.data_time_ms,
            "counts": {
                "events": len(snapshot.events),
                "positive_events": positives,
                "items": len(snapshot.items.ids),
                "users": len(snapshot.users.ids),
                "dropped_events": snapshot.dropped_events,
            },
        },
        "items": folder.lines("item_ids.txt", snapshot.items.ids),
        "users": folder.lines("user_ids.txt", snapshot.users.ids),
        "retrieval": _retrieval(folder, model),
        "content": _content(folder, model),
        "co_engagement": {
            "neighbors": folder.array(
                "co_neighbors.npy", model.retrieval.co_engagement.neighbor_MK
            ),
            "weights": folder.array("co_weights.npy", model.retrieval.co_engagement.weight_MK),
            "history_length": model.retrieval.co_engagement.history_length,
        },
        "popularity": folder.array("popularity.npy", model.retrieval.popularity.lifetime_M),
        "recent_popularity": folder.array(
            "recent_popularity.npy", model.retrieval.popularity.recent_M
        ),
        "ranker": _ranker(folder, model),
        "objective": {
            "weights": model.objective,
            "min": 0.0,
            "max": float(sum(model.objective.values())),
        },
        "pre_ranker": {"weights": model.ranker.pre_ranker.weights},
        "metrics": {k: v for k, v in model.metrics.items() if not np.isnan(v)},
    }


def _retrieval(folder: VersionFolder, model: TrainedModel) -> dict[str, Any]:
    towers = model.retrieval.two_tower
    dimension = towers.recipe.dimension
    return {
        "dimension": dimension,
        "item_vectors": folder.array("item_vectors.npy", model.retrieval.item_vector_MD),
        "history_length": towers.recipe.history_length,
        "history_table": folder.array(
            "tables/history_item.npy", towers.history_table.detach().numpy()
        ),
        "user_features": _features(
            folder, "user_tower", model.towers.user, towers.user_tower.embeddings
        ),
        "user_tower": folder.blob(
            "user_tower.onnx",
            tower_onnx(towers.user_tower.dense),
        ),
        "item_features": _features(
            folder, "item_tower", model.towers.item, towers.item_tower.embeddings
        ),
        "item_tower": folder.blob(
            "item_tower.onnx",
            tower_onnx(towers.item_tower.dense),
        ),
    }


def _content(folder: VersionFolder, model: TrainedModel) -> dict[str, Any]:
    content = model.retrieval.content
    return {
        "dimension": content.table_BD.shape[1],
        "item_vectors": folder.array("content_vectors.npy", content.vector_MD),
        "token_table": folder.array("tables/content_token.npy", content.table_BD),
        "seed": CONTENT_SEED,
        "buckets": content.buckets,
        "text_attributes": content.text_attributes,
        "value_attributes": content.value_attributes,
    }


def _ranker(folder: VersionFolder, model: TrainedModel) -> dict[str, Any]:
    plan, network = model.ranker.plan, model.ranker.model
    crosses = [
        {
            **cross.to_json(),
            "table": folder.array(
                f"tables/cross_{place}.npy",
                network.wide.embedding_bags[f"cross_{place}"].weight.detach().numpy(),
            ),
        }
        for place, cross in enumerate(plan.crosses)
    ]
    return {
        "heads": plan.heads,
        "onnx": folder.blob(
            "ranker.onnx",
            ranker_onnx(network.dense),
        ),
        "priors": model.world.counters.priors,
        "embeddings": _features(folder, "ranker", plan.embeddings, network.embeddings),
        "numeric": [feature.to_json() for feature in plan.numeric],
        "crosses": crosses,
    }


def _features(
    folder: VersionFolder,
    part: str,
    features: list[EmbeddingFeature],
    tables: EmbeddingBagCollection,
) -> list[dict[str, Any]]:
    described = []
    for place, feature in enumerate(features):
        slug = re.sub(r"[^A-Za-z0-9_.-]", "_", feature.name)
        weight = table_of(tables, feature.name).detach().numpy()
        described.append(
            {
                "name": feature.name,
                "raw": feature.raw,
                "encoder": feature.encoder.to_json(),
                "pooling": feature.pooling,
                "table": folder.array(f"tables/{part}.{place:02d}.{slug}.npy", weight),
                "dimension": feature.dimension,
            }
        )
    return described


def check_manifest(manifest: dict[str, Any]) -> None:
    """Validate a manifest against the JSON Schema.

    Raises:
        ExportError: A key is missing or of the wrong type.
    """
    path = resources.files("torchrec_models") / "manifest.schema.json"
    try:
        jsonschema.validate(manifest, json.loads(path.read_text("utf-8")))
    except jsonschema.ValidationError as error:
        raise ExportError(f"manifest.json: {error.json_path}: {error.message}") from error
