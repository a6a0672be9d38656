"""The sections that loading a model reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from server.embeddings.settings import EmbeddingSettings
from server.model_registry.settings import ModelRegistrySettings
from server.rankers.settings import RankerSettings
from server.vector_index.settings import VectorIndexSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """`index_cache`: folder for built indexes."""

    index_cache: Path
    registry: ModelRegistrySettings = field(default_factory=ModelRegistrySettings)
    vector_index: VectorIndexSettings = field(default_factory=VectorIndexSettings)
    embeddings: EmbeddingSettings = field(default_factory=EmbeddingSettings)
    ranker: RankerSettings = field(default_factory=RankerSettings)
