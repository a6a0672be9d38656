"""Settings of the event log and the slate log."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EventLogSettings(_Section):
    """The embedded event log: one SQLite file in the data directory."""

    kind: Literal["embedded"] = "embedded"
    # Writes that may wait for a commit before callers are told to come back.
    queue_limit: int = Field(default=50_000, gt=0)


class SlateLogSettings(_Section):
    """The embedded slate log; older or excess records are removed, oldest first."""

    kind: Literal["embedded"] = "embedded"
    queue_limit: int = Field(default=2_000, gt=0)
    keep_days: int = Field(default=90, gt=0)
    keep_bytes: int = Field(default=2 * 1024**3, gt=0)


class EventSettings(_Section):
    """Where events and served slates are kept."""

    log: EventLogSettings = EventLogSettings()
    slates: SlateLogSettings = SlateLogSettings()
