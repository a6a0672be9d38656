"""Settings of metrics, logs and traces."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MetricsSettings(_Section):
    """Where Prometheus scrapes; `port` 0 lets the system choose one."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=9464, ge=0, le=65535)


class LogSettings(_Section):
    """How log lines look; they go to standard error."""

    format: Literal["json", "console"] = "console"
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class TracingSettings(_Section):
    """Which requests are traced, and where spans go.

    `sample_rate` applies to requests without a `traceparent`; one that carries it is traced if its
    caller traces, unless `follows_caller` is off. Without `otlp_endpoint` nothing is traced.
    """

    sample_rate: float = Field(default=0.01, ge=0, le=1)
    follows_caller: bool = True
    otlp_endpoint: str = ""
    service_name: str = "shortlist"


class ObservabilitySettings(_Section):
    """All of it."""

    metrics: MetricsSettings = MetricsSettings()
    logs: LogSettings = LogSettings()
    tracing: TracingSettings = TracingSettings()
