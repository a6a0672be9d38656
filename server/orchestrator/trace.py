"""What happened to one request: counts, times and degradations, gathered from every stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from server.core.slate import Degradation, DegradationKind, StageCounts
from server.orchestrator.observer import NoObserver, Observer


class RequestTrace:
    """Collects for one request and passes everything on to the observer."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._retrieved: dict[str, int] = {}
        self._dropped: dict[str, int] = {}
        self._degradations: dict[Degradation, None] = {}
        self.merged = 0
        self.shortlisted = 0

    def retrieved(self, source: str, count: int) -> None:
        self._retrieved[source] = count
        self._observer.candidates(source, count)

    def dropped(self, filter_name: str, count: int) -> None:
        self._dropped[filter_name] = count
        self._observer.dropped(filter_name, count)

    def degraded(self, kind: DegradationKind, component: str) -> None:
        """Note it once for the reply; the observer hears of it every time."""
        self._degradations[Degradation(kind, component)] = None
        self._observer.degraded(kind, component)

    @property
    def degradations(self) -> tuple[Degradation, ...]:
        return tuple(self._degradations)

    def counts(self, selected: int) -> StageCounts:
        return StageCounts(
            retrieved=self._retrieved,
            merged=self.merged,
            dropped=self._dropped,
            shortlisted=self.shortlisted,
            selected=selected,
        )

    def stage(self, name: str) -> _Stage:
        """Time a stage, also one that fails."""
        return _Stage(self._observer, name)

    @contextmanager
    def active(self) -> Iterator[RequestTrace]:
        """Make this the trace of the current task and of the tasks that it starts."""
        token = _current.set(self)
        try:
            yield self
        finally:
            _current.reset(token)


class _Stage:
    """Times what is done inside it; there are a score in each request."""

    __slots__ = ("_name", "_observer", "_started")

    def __init__(self, observer: Observer, name: str) -> None:
        self._observer = observer
        self._name = name
        self._started = 0.0

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._observer.stage_time(self._name, time.perf_counter() - self._started)


_current: ContextVar[RequestTrace | None] = ContextVar("request_trace", default=None)


def current_trace() -> RequestTrace:
    """Return the trace of the request being served; outside of one, a trace nobody reads."""
    return _current.get() or RequestTrace(NoObserver())
