"""Embedding settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class EmbeddingSettings(BaseModel):
    """Threads of the towers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tower_threads: int = Field(default=1, gt=0, description="ONNX Runtime threads of one tower")
    static_block_bytes: int = Field(
        default=200 * 1024 * 1024, ge=0, description="most memory for ready item features"
    )
