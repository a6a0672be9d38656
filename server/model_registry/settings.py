"""Model registry settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ModelRegistrySettings(BaseModel):
    """Where versions are and how they are checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str = Field(default="models", description="relative to the data directory")
    poll_s: float = Field(default=1.0, gt=0)
    digest_limit_bytes: int | None = Field(
        default=256 * 1024 * 1024, ge=0, description="larger files are checked by size only"
    )
    check_golden: bool = True
