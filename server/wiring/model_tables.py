"""The arrays of a model version, opened with the shapes that its manifest promises."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.candidates.co_engagement import CoEngagementTable
from server.core.batch import Rows
from server.core.feature_spec import (
    BordersEncoder,
    EmbeddingFeature,
    Encoder,
    HashEncoder,
    ItemsEncoder,
    VocabularyEncoder,
)
from server.features.encoders import EmbeddingLookup
from server.features.ranker_features import RankerFeatures
from server.model_registry.artifact import Artifact


class ModelTables:
    """Opens arrays on demand; each is shared by all who name it.

    Every method raises ArtifactError for an array that is missing or of another shape.
    """

    def __init__(self, artifact: Artifact, items: int, users: int) -> None:
        self._artifact = artifact
        self._manifest = artifact.manifest
        self._items = items
        self._users = users
        self._opened: dict[tuple[str, int], NDArray[np.float32]] = {}

    def lookups(self, features: Sequence[EmbeddingFeature]) -> list[EmbeddingLookup]:
        return [EmbeddingLookup(feature, self._embedding_table(feature)) for feature in features]

    def ranker_features(self) -> RankerFeatures:
        ranker = self._manifest.ranker
        heads = len(ranker.heads)
        tables = {each.table: self._embedding_table(each) for each in ranker.embeddings}
        tables |= {
            cross.table: self._table(cross.table, cross.buckets + 1, heads)
            for cross in ranker.crosses
        }
        return RankerFeatures(ranker.embeddings, ranker.numeric, ranker.crosses, tables, heads)

    def history_table(self) -> NDArray[np.float32]:
        name = self._manifest.retrieval.history_table
        return self._artifact.array(name, (self._items + 1, None), np.float32)

    def token_table(self) -> NDArray[np.float32]:
        content = self._manifest.content
        return self._table(content.token_table, content.buckets + 1, content.dimension)

    def co_engagement(self, rows_m: Rows) -> CoEngagementTable:
        spec = self._manifest.co_engagement
        neighbors = self._artifact.array(spec.neighbors, (self._items, None), np.int32)
        weights = self._artifact.array(spec.weights, neighbors.shape, np.float32)
        return CoEngagementTable.of(neighbors, weights, rows_m, spec.history_length)

    def max_popularity(self) -> float:
        popularity = self._artifact.array(self._manifest.popularity, (self._items,), np.float32)
        return float(popularity.max(initial=0.0))

    def _embedding_table(self, feature: EmbeddingFeature) -> NDArray[np.float32]:
        return self._table(feature.table, self._ids(feature.encoder) + 1, feature.dimension)

    def _table(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        if (name, columns) not in self._opened:
            self._opened[name, columns] = self._artifact.array(name, (rows, columns), np.float32)
        return self._opened[name, columns]

    def _ids(self, encoder: Encoder) -> int:
        match encoder:
            case VocabularyEncoder(values):
                return len(values)
            case HashEncoder(buckets, _):
                return buckets
            case BordersEncoder(borders):
                return len(borders) + 1
            case ItemsEncoder():
                return self._items
            case _:
                return self._users
