"""Ranker settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RankerSettings(BaseModel):
    """How the ranker's graph runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threads: int = Field(default=1, gt=0, description="ONNX Runtime threads of one request")
    workers: int = Field(default=2, gt=0, description="requests ranked at the same time")
    timeout_s: float = Field(default=0.2, gt=0)
