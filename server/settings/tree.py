"""The typed tree of all settings; the defaults are the embedded profile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from server.embeddings.settings import EmbeddingSettings
from server.events.settings import EventSettings
from server.features.settings import FeatureSettings
from server.gateway.settings import GatewaySettings
from server.model_registry.settings import ModelRegistrySettings
from server.observability.settings import ObservabilitySettings
from server.rankers.settings import RankerSettings
from server.settings.surfaces import SurfaceSettings, surfaces_of
from server.stream_processor.settings import StreamProcessorSettings
from server.vector_index.settings import VectorIndexSettings


class Settings(BaseModel):
    """One deployment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data_dir: Path = Path("data")
    gateway: GatewaySettings = GatewaySettings()
    events: EventSettings = EventSettings()
    features: FeatureSettings = FeatureSettings()
    stream_processor: StreamProcessorSettings = StreamProcessorSettings()
    vector_index: VectorIndexSettings = VectorIndexSettings()
    embeddings: EmbeddingSettings = EmbeddingSettings()
    ranker: RankerSettings = RankerSettings()
    model_registry: ModelRegistrySettings = ModelRegistrySettings()
    observability: ObservabilitySettings = ObservabilitySettings()
    surfaces: Mapping[str, SurfaceSettings] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _surfaces_can_be_built(self) -> Settings:
        surfaces_of(self.surfaces)
        return self
