"""Everything that one model version brings to the serving state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.candidates.co_engagement import CoEngagementTable
from server.core.batch import Rows
from server.embeddings.adapters.onnx_item_encoder import OnnxItemEncoder
from server.embeddings.adapters.onnx_user_encoder import OnnxUserEncoder
from server.embeddings.embedding_updater import EmbeddingUpdater
from server.embeddings.hashed_content_encoder import HashedContentEncoder
from server.features.model_features import ModelFeatures
from server.features.model_items import ModelItems
from server.features.model_users import ModelUsers
from server.features.retrieval_scores import RetrievalScores
from server.model_registry.manifest import Manifest
from server.rankers.adapters.onnx_predictor import OnnxPredictor
from server.vector_index.adapters.faiss_index import FaissIndex
from server.vector_index.ports import VectorLookup


@dataclass(frozen=True, slots=True)
class IndexedVectors:
    """Item vectors for the re-ranker, out of the index that holds them anyway."""

    index: VectorLookup

    def of(self, rows: Rows) -> NDArray[np.float32]:
        return self.index.vectors(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """One version, ready to serve; its indexes follow the catalogue while `updater.run` runs.

    Attributes:
        max_popularity: what the pre-ranker's popularity term is relative to.
        stop_listening: ends the subscription to catalogue changes.
    """

    manifest: Manifest
    retrieval_index: FaissIndex
    content_index: FaissIndex
    user_encoder: OnnxUserEncoder
    item_encoder: OnnxItemEncoder
    content_encoder: HashedContentEncoder
    co_engagement: CoEngagementTable
    item_vectors: IndexedVectors
    retrieval_scores: RetrievalScores
    model_features: ModelFeatures
    predictor: OnnxPredictor
    max_popularity: float
    model_items: ModelItems
    model_users: ModelUsers
    updater: EmbeddingUpdater
    stop_listening: Callable[[], None]

    @property
    def version(self) -> str:
        return self.manifest.version

    @property
    def heads(self) -> tuple[str, ...]:
        return self.manifest.ranker.heads

    @property
    def objective_weights(self) -> Mapping[str, float]:
        return self.manifest.objective.weights

    @property
    def pre_ranker_weights(self) -> Mapping[str, float]:
        return self.manifest.pre_ranker_weights
