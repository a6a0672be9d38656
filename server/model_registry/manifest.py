"""The manifest of a model version: which files it has, and how raw values become features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import orjson

from server.core.errors import ArtifactError
from server.core.feature_spec import CrossFeature, EmbeddingFeature, NumericFeature
from server.model_registry.manifest_features import (
    cross_feature,
    embedding_feature,
    numeric_feature,
)

MANIFEST_FILE = "manifest.json"
SCHEMA_FILE = Path(__file__).with_name("manifest.schema.json")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What a listed file must be."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSpec:
    """The two towers: file names, and the features that they read."""

    dimension: int
    item_vectors: str
    history_length: int
    history_table: str
    user_features: tuple[EmbeddingFeature, ...]
    user_tower: str
    item_features: tuple[EmbeddingFeature, ...]
    item_tower: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentSpec:
    """Content vectors: sums of hashed token vectors."""

    dimension: int
    item_vectors: str
    token_table: str
    seed: int
    buckets: int
    text_attributes: tuple[str, ...]
    value_attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoEngagementSpec:
    """Which items are engaged with together."""

    neighbors: str
    weights: str
    history_length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RankerSpec:
    """The ranker's heads, its features in order, and the priors of smoothed rates."""

    heads: tuple[str, ...]
    onnx: str
    embeddings: tuple[EmbeddingFeature, ...]
    numeric: tuple[NumericFeature, ...]
    crosses: tuple[CrossFeature, ...]
    priors: Mapping[str, float]

    @property
    def width(self) -> int:
        """Return how many feature columns the ranker reads."""
        return sum(feature.dimension for feature in self.embeddings) + len(self.numeric)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveSpec:
    """Head weights and the range of the weighted sum."""

    weights: Mapping[str, float]
    min: float
    max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One model version; file names are relative to its folder."""

    version: str
    created_time: str
    embedding_space_id: str
    recipe: Mapping[str, Any]
    data: Mapping[str, Any]
    files: Mapping[str, FileEntry]
    items: str
    users: str
    retrieval: RetrievalSpec
    content: ContentSpec
    co_engagement: CoEngagementSpec
    popularity: str
    recent_popularity: str
    ranker: RankerSpec
    objective: ObjectiveSpec
    pre_ranker_weights: Mapping[str, float]
    metrics: Mapping[str, Any]
    golden: str


def read_manifest(folder: Path) -> Manifest:
    """Read and check `manifest.json`.

    Raises:
        ArtifactError: it is missing, no JSON, or does not fit its schema.
    """
    path = folder / MANIFEST_FILE
    try:
        raw = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ArtifactError(
            f"{path}: cannot be read ({error.strerror}); export the version again or choose another"
        ) from error
    except orjson.JSONDecodeError as error:
        raise ArtifactError(f"{path}: not JSON ({error}); export the version again") from error
    return parse_manifest(raw, path)


def parse_manifest(raw: object, path: Path) -> Manifest:
    """Check decoded JSON against the schema and type it; `path` is for messages.

    Raises:
        ArtifactError: it does not fit the schema; the message names the first wrong key.
    """
    found = jsonschema.exceptions.best_match(_validator().iter_errors(raw))
    if found is not None:
        raise ArtifactError(
            f"{path}: {found.json_path}: {found.message[:200]}; export the version again with a"
            " trainer that matches this server"
        )
    assert isinstance(raw, dict)
    return _typed(raw)


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(orjson.loads(SCHEMA_FILE.read_bytes()))


def _typed(raw: Mapping[str, Any]) -> Manifest:
    retrieval, content, ranker = dict(raw["retrieval"]), dict(raw["content"]), dict(raw["ranker"])
    for key in ("user_features", "item_features"):
        retrieval[key] = tuple(map(embedding_feature, retrieval[key]))
    for key in ("text_attributes", "value_attributes"):
        content[key] = tuple(content[key])
    ranker["heads"] = tuple(ranker["heads"])
    ranker["embeddings"] = tuple(map(embedding_feature, ranker["embeddings"]))
    ranker["numeric"] = tuple(map(numeric_feature, ranker["numeric"]))
    ranker["crosses"] = tuple(map(cross_feature, ranker["crosses"]))
    return Manifest(
        version=raw["version"],
        created_time=raw["created_time"],
        embedding_space_id=raw["embedding_space_id"],
        recipe=raw["recipe"],
        data=raw["data"],
        files={name: FileEntry(**entry) for name, entry in raw["files"].items()},
        items=raw["items"],
        users=raw["users"],
        retrieval=RetrievalSpec(**retrieval),
        content=ContentSpec(**content),
        co_engagement=CoEngagementSpec(**raw["co_engagement"]),
        popularity=raw["popularity"],
        recent_popularity=raw["recent_popularity"],
        ranker=RankerSpec(**ranker),
        objective=ObjectiveSpec(**raw["objective"]),
        pre_ranker_weights=raw["pre_ranker"]["weights"],
        metrics=raw["metrics"],
        golden=raw["golden"],
    )
