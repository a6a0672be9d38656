"""Settings of the stream processor."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class StreamProcessorSettings(BaseModel):
    """How often what was computed is saved, and how much is replayed at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checkpoint_interval_s: float = Field(default=1.0, gt=0)
    # Saving may take at most this share of the time; under load it happens less often.
    checkpoint_share: float = Field(default=0.05, gt=0, le=1)
    # Records of the log that a start replays between two checkpoints.
    replay_chunk: int = Field(default=200_000, gt=1_000)
