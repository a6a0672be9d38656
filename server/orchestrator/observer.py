"""What the orchestrator tells whoever measures it."""

from __future__ import annotations

from typing import Protocol

from server.core.slate import DegradationKind


class Observer(Protocol):
    """Takes measurements; every call is cheap, never waits and never raises."""

    def stage_time(self, stage: str, seconds: float, /) -> None:
        """A stage of one request has just ended and took so long."""
        ...

    def candidates(self, source: str, count: int, /) -> None:
        """A source brought so many candidates."""
        ...

    def dropped(self, filter_name: str, count: int, /) -> None:
        """A filter rejected so many candidates; several filters may reject the same one."""
        ...

    def degraded(self, kind: DegradationKind, component: str, /) -> None:
        """A part did not do its work."""
        ...


class NoObserver:
    """Measures nothing."""

    def stage_time(self, stage: str, seconds: float, /) -> None: ...

    def candidates(self, source: str, count: int, /) -> None: ...

    def dropped(self, filter_name: str, count: int, /) -> None: ...

    def degraded(self, kind: DegradationKind, component: str, /) -> None: ...
