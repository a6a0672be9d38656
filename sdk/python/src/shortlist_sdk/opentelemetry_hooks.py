"""Spans and durations of calls for OpenTelemetry; needs the extra `opentelemetry`."""

from __future__ import annotations

from opentelemetry import metrics, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from .codes import Code
from .telemetry import AttemptEnd, CallEnd, CallStart
from .version import VERSION

_NAME = "shortlist_sdk"


class OpenTelemetryHooks:
    """Makes a client span for each call, with an event for each attempt, and a histogram.

    Follows the conventions for RPC: `rpc.system`, `rpc.service`, `rpc.method`,
    `rpc.grpc.status_code`, and the metric `rpc.client.duration` in milliseconds.
    """

    def __init__(
        self,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
    ) -> None:
        """Providers default to the global ones."""
        self._tracer = trace.get_tracer(_NAME, VERSION, tracer_provider)
        meter = metrics.get_meter(_NAME, VERSION, meter_provider)
        self._duration = meter.create_histogram("rpc.client.duration", "ms", "Duration of calls")
        self._spans: dict[int, Span] = {}

    def on_call_start(self, report: CallStart) -> None:
        """Begin the call's span."""
        self._spans[id(report.call)] = self._tracer.start_span(
            report.method, kind=SpanKind.CLIENT, attributes=_attributes(report.method)
        )

    def on_attempt(self, report: AttemptEnd) -> None:
        """Note an attempt in the span."""
        span = self._spans.get(id(report.call))
        if span is not None:
            span.add_event("attempt", {"attempt": report.attempt, "code": report.code.name})

    def on_call_end(self, report: CallEnd) -> None:
        """End the span and record the duration."""
        attributes = {
            **_attributes(report.method),
            "rpc.grpc.status_code": int(report.code),
        }
        self._duration.record(report.duration_s * 1000, attributes)
        span = self._spans.pop(id(report.call), None)
        if span is None:
            return
        span.set_attributes({**attributes, "rpc.attempts": report.attempts})
        if report.reason:
            span.set_attribute("error.type", report.reason)
        if report.code is not Code.OK:
            span.set_status(Status(StatusCode.ERROR, report.reason or report.code.name))
        span.end()


def _attributes(method: str) -> dict[str, str | int]:
    service, _, name = method.partition("/")
    return {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name}
