"""What the server counts and times, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REQUEST_BUCKETS_S = (
    *(0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08),
    *(0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0),
)
STAGE_BUCKETS_S = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008),
    *(0.015, 0.03, 0.06, 0.125, 0.25, 1.0),
)
BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000)


class Metrics:
    """All instruments; labelled children are bound once and kept, so that counting is cheap.

    Also the pipeline's observer: `stage_time`, `candidates`, `dropped` and `degraded`.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry if registry is not None else CollectorRegistry()
        self._requests = self._histogram(
            "request_seconds", "Time in the server.", ("method", "code"), REQUEST_BUCKETS_S
        )
        self._stages = self._histogram(
            "stage_seconds", "Time of one pipeline stage.", ("stage",), STAGE_BUCKETS_S
        )
        self._candidates = self._counter("candidates", "Candidates a source brought.", ("source",))
        self._dropped = self._counter("dropped", "Candidates a filter dropped.", ("filter",))
        self._degradations = self._counter(
            "degradations", "Parts that did not do their work.", ("kind", "component")
        )
        self._shed = self._counter("shed", "Requests refused under load.", ("lane",))
        self._refused = self._counter("refused", "Calls that were not let in.", ("reason",))
        self._audit_failures = self._counter("audit_failures", "Audit lines not kept.", ())
        self._not_attributed = self._counter(
            "events_not_attributed", "Events with the token of somebody else's slate.", ()
        )
        self._faults = self._counter("faults", "Unexpected exceptions.", ("method",))
        self._event_batches = self._histogram(
            "event_batch_size", "Writes of one commit of the log.", (), BATCH_BUCKETS
        )
        self._event_commits = self._histogram(
            "event_commit_seconds", "Time of one commit of the log.", (), STAGE_BUCKETS_S
        )
        self._depths = Gauge(
            "shortlist_depth",
            "Things that wait or are under way.",
            ("what",),
            registry=self.registry,
        )
        self._request_children: dict[tuple[str, str], Histogram] = {}
        self._stage_children: dict[str, Histogram] = {}
        self._counter_children: dict[tuple[Counter, tuple[str, ...]], Counter] = {}

    def request(self, method: str, code: str, seconds: float) -> None:
        """Count one finished RPC; `code` is the gRPC status."""
        child = self._request_children.get((method, code))
        if child is None:
            child = self._request_children[method, code] = self._requests.labels(method, code)
        child.observe(seconds)

    def stage_time(self, name: str, seconds: float) -> None:
        """Time one stage of one request."""
        child = self._stage_children.get(name)
        if child is None:
            child = self._stage_children[name] = self._stages.labels(name)
        child.observe(seconds)

    def candidates(self, source: str, n: int) -> None:
        """Count what a source retrieved."""
        self._child(self._candidates, source).inc(n)

    def dropped(self, name: str, n: int) -> None:
        """Count what a filter dropped."""
        self._child(self._dropped, name).inc(n)

    def degraded(self, kind: IntEnum, component: str) -> None:
        """Count a part that did not do its work."""
        self._child(self._degradations, kind.name.lower(), component).inc()

    def shed(self, lane: str) -> None:
        """Count a request refused under load."""
        self._child(self._shed, lane).inc()

    def refused(self, reason: str) -> None:
        """Count a call, or an entry of one, whose caller may not make it."""
        self._child(self._refused, reason).inc()

    def audit_failed(self) -> None:
        """Count an audit line that could not be kept."""
        self._audit_failures.inc()

    def not_attributed(self) -> None:
        """Count an event that is not credited to the slate that its token names."""
        self._not_attributed.inc()

    def fault(self, method: str) -> None:
        """Count an unexpected exception."""
        self._child(self._faults, method).inc()

    def events_committed(self, count: int, seconds: float) -> None:
        """Record one commit of the event log, fsync included."""
        self._event_batches.observe(count)
        self._event_commits.observe(seconds)

    def watch_depth(self, what: str, depth: Callable[[], float]) -> None:
        """Read a depth when scraped: requests in flight, waiting, records queued."""
        self._depths.labels(what).set_function(depth)

    def _child(self, counter: Counter, *labels: str) -> Counter:
        child = self._counter_children.get((counter, labels))
        if child is None:
            child = self._counter_children[counter, labels] = counter.labels(*labels)
        return child

    def _counter(self, name: str, text: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"shortlist_{name}", text, labels, registry=self.registry)

    def _histogram(
        self, name: str, text: str, labels: tuple[str, ...], buckets: tuple[float, ...]
    ) -> Histogram:
        return Histogram(f"shortlist_{name}", text, labels, registry=self.registry, buckets=buckets)
