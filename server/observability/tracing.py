"""Spans of the requests that are sampled; a request that is not sampled costs next to nothing."""

from __future__ import annotations

import importlib
import random
import re
import time
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode

from server.observability.settings import TracingSettings

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII)
_SAMPLED = 0x01
_NO_ATTRIBUTES: dict[str, str] = {}

current_span: ContextVar[Span | None] = ContextVar("current_span", default=None)
"""The sampled request's span; None for the others."""


class Tracing:
    """Decides who is sampled before anything else is done, then records spans.

    Source: W3C Trace Context, `traceparent`.
    """

    def __init__(self, settings: TracingSettings, exporter: SpanExporter | None = None) -> None:
        """Send spans to `exporter`, or to the collector of the settings; without both, trace none.

        Raises:
            ImportError: the OTLP exporter is not installed; the message names the extra.
        """
        if exporter is None and settings.otlp_endpoint:
            exporter = _otlp_exporter(settings.otlp_endpoint)
        self._rate = settings.sample_rate
        self._follows_caller = settings.follows_caller
        self._provider: TracerProvider | None = None
        if exporter is not None:
            resource = Resource.create({"service.name": settings.service_name})
            self._provider = TracerProvider(
                resource=resource, sampler=ALWAYS_ON, shutdown_on_exit=False
            )
            self._provider.add_span_processor(BatchSpanProcessor(exporter))
            self._tracer = self._provider.get_tracer("shortlist")

    def begin(self, method: str, traceparent: str) -> Span | None:
        """Start the span of a request and make it current; None if it is not sampled."""
        if self._provider is None:
            return None
        caller = TRACEPARENT.fullmatch(traceparent) if traceparent else None
        if caller is not None and self._follows_caller:
            if not int(caller[3], 16) & _SAMPLED:
                return None
        elif random.random() >= self._rate:
            return None
        span = self._tracer.start_span(method, context=_parent(caller), kind=SpanKind.SERVER)
        current_span.set(span)
        return span

    def end(self, span: Span, code: str, request_id: str) -> None:
        """Finish a request's span; `code` is the gRPC status."""
        span.set_attribute("rpc.grpc.status_code", code)
        span.set_attribute("shortlist.request_id", request_id)
        if code in ("INTERNAL", "UNAVAILABLE", "UNKNOWN"):
            span.set_status(Status(StatusCode.ERROR))
        span.end()
        current_span.set(None)

    def stage(self, name: str, seconds: float) -> None:
        """Record a stage that has just ended, if its request is sampled."""
        span = current_span.get()
        if span is None:
            return
        end_ns = time.time_ns()
        parent = trace.set_span_in_context(span)
        start_ns = end_ns - int(seconds * 1e9)
        self._tracer.start_span(name, context=parent, start_time=start_ns).end(end_ns)

    def flush(self) -> None:
        """Export what is waiting; blocking."""
        if self._provider is not None:
            self._provider.force_flush()

    def close(self) -> None:
        """Export what is waiting and stop; blocking."""
        if self._provider is not None:
            self._provider.shutdown()


def traceparent_of(span: Span) -> str:
    """Return the `traceparent` that makes work elsewhere a child of the span."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"


def _parent(caller: re.Match[str] | None) -> Context | None:
    if caller is None:
        return None
    context = SpanContext(
        int(caller[1], 16), int(caller[2], 16), is_remote=True, trace_flags=trace.TraceFlags(1)
    )
    return trace.set_span_in_context(NonRecordingSpan(context)) if context.is_valid else None


def _otlp_exporter(endpoint: str) -> SpanExporter:
    try:
        # Found at run time: the exporter is an extra.
        module = importlib.import_module("opentelemetry.exporter.otlp.proto.grpc.trace_exporter")
    except ImportError as error:
        raise ImportError(
            "observability.tracing.otlp_endpoint is set, but the exporter is not installed: "
            "install the extra `otlp`"
        ) from error
    exporter: SpanExporter = module.OTLPSpanExporter(
        endpoint=endpoint, insecure=not endpoint.startswith("https://")
    )
    return exporter
