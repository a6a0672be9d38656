"""What the pipeline reports of itself, as metrics and, for sampled requests, as spans."""

from __future__ import annotations

from enum import IntEnum

from server.observability.metrics import Metrics
from server.observability.tracing import Tracing


class PipelineObserver:
    """Implements the orchestrator's observer port."""

    def __init__(self, metrics: Metrics, tracing: Tracing) -> None:
        self._metrics = metrics
        self._tracing = tracing

    def stage_time(self, name: str, seconds: float) -> None:
        """Time one stage of one request, just after it ended."""
        self._metrics.stage_time(name, seconds)
        self._tracing.stage(name, seconds)

    def candidates(self, source: str, n: int) -> None:
        """Count what a source retrieved."""
        self._metrics.candidates(source, n)

    def dropped(self, name: str, n: int) -> None:
        """Count what a filter dropped."""
        self._metrics.dropped(name, n)

    def degraded(self, kind: IntEnum, component: str) -> None:
        """Count a part that did not do its work."""
        self._metrics.degraded(kind, component)
