"""Who is traced, and what spans say."""

from enum import IntEnum
from types import SimpleNamespace

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from server.observability.metrics import Metrics
from server.observability.pipeline_observer import PipelineObserver
from server.observability.settings import TracingSettings
from server.observability.tracing import Tracing, current_span, traceparent_of

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED, NOT_SAMPLED = f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"


@pytest.fixture
def traced():
    """Give tests `traced(rate, ...)`: tracing, and the spans that it exported."""
    opened = []

    def start(rate, **over):
        exporter = InMemorySpanExporter()
        tracing = Tracing(TracingSettings(sample_rate=rate, **over), exporter)
        opened.append(tracing)

        def spans():
            tracing.flush()
            return exporter.get_finished_spans()

        return tracing, spans

    yield start
    for tracing in opened:
        tracing.close()
    current_span.set(None)


def test_without_an_exporter_nothing_is_traced():
    assert Tracing(TracingSettings(sample_rate=1.0)).begin("/s/M", SAMPLED) is None


def test_the_rate_decides_without_a_caller(traced):
    everyone, _ = traced(1.0)
    nobody, _ = traced(0.0)
    assert everyone.begin("/s/M", "") is not None
    assert nobody.begin("/s/M", "") is None
    some, _ = traced(0.1)
    assert 50 < sum(some.begin("/s/M", "") is not None for _ in range(1000)) < 200


def test_a_caller_decides_for_itself(traced):
    tracing, spans = traced(0.0)
    assert tracing.begin("/s/M", NOT_SAMPLED) is None
    tracing.end(tracing.begin("/s/M", SAMPLED), "OK", "r1")
    (span,) = spans()
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == SPAN
    assert span.attributes["shortlist.request_id"] == "r1"


def test_a_caller_may_be_ignored(traced):
    tracing, _ = traced(0.0, follows_caller=False)
    assert tracing.begin("/s/M", SAMPLED) is None


def test_a_malformed_or_zero_parent_counts_as_none(traced):
    tracing, spans = traced(1.0)
    for parent in ("garbage", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"):
        tracing.end(tracing.begin("/s/M", parent), "OK", "r")
    assert [span.parent for span in spans()] == [None, None]


class Kind(IntEnum):
    NO_MODEL = 6


def test_stages_of_a_sampled_request_are_its_children(traced):
    tracing, spans = traced(1.0)
    metrics = Metrics()
    observer = PipelineObserver(metrics, tracing)
    observer.stage_time("retrieve", 0.5)
    span = tracing.begin("/s/M", "")
    observer.stage_time("rank", 0.25)
    observer.candidates("two_tower", 3)
    observer.dropped("seen", 1)
    observer.degraded(Kind.NO_MODEL, "ranker")
    tracing.end(span, "INTERNAL", "r")
    stage, request = spans()
    assert (stage.name, request.name) == ("rank", "/s/M")
    assert stage.parent.span_id == request.context.span_id
    assert stage.end_time - stage.start_time == 250_000_000
    assert request.status.status_code is StatusCode.ERROR
    assert traceparent_of(span) == f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01"
    value = metrics.registry.get_sample_value
    assert value("shortlist_stage_seconds_count", {"stage": "retrieve"}) == 1
    assert value("shortlist_candidates_total", {"source": "two_tower"}) == 3
    assert value("shortlist_dropped_total", {"filter": "seen"}) == 1
    assert value("shortlist_degradations_total", {"kind": "no_model", "component": "ranker"}) == 1


def test_a_missing_exporter_is_one_clear_line(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr("server.observability.tracing.importlib.import_module", missing)
    with pytest.raises(ImportError, match="install the extra `otlp`"):
        Tracing(TracingSettings(otlp_endpoint="http://127.0.0.1:4317"))


@pytest.mark.parametrize(
    ("endpoint", "is_insecure"), [("http://127.0.0.1:4317", True), ("https://x:4317", False)]
)
def test_a_collector_of_the_settings_gets_the_spans(monkeypatch, endpoint, is_insecure):
    exporter, asked = InMemorySpanExporter(), {}

    def make(**options):
        asked.update(options)
        return exporter

    module = SimpleNamespace(OTLPSpanExporter=make)
    monkeypatch.setattr("server.observability.tracing.importlib.import_module", lambda _: module)
    tracing = Tracing(TracingSettings(otlp_endpoint=endpoint, sample_rate=1))
    tracing.end(tracing.begin("/s/M", ""), "OK", "r")
    tracing.close()
    assert [span.name for span in exporter.get_finished_spans()] == ["/s/M"]
    assert asked == {"endpoint": endpoint, "insecure": is_insecure}
