"""Instruments and their endpoint."""

import socket
import urllib.request
from enum import IntEnum

import pytest
from prometheus_client import CollectorRegistry

from server.observability.metrics import Metrics
from server.observability.metrics_endpoint import MetricsEndpoint
from server.observability.settings import MetricsSettings


class Kind(IntEnum):
    SOURCE_LEFT_OUT = 1


def test_everything_is_counted_under_its_labels():
    metrics = Metrics()
    value = metrics.registry.get_sample_value
    for _ in range(2):
        metrics.request("/s/M", "OK", 0.02)
        metrics.stage_time("retrieve", 0.003)
        metrics.candidates("two_tower", 500)
        metrics.dropped("already_seen", 7)
        metrics.degraded(Kind.SOURCE_LEFT_OUT, "content")
        metrics.shed("serving")
        metrics.fault("/s/M")
        metrics.events_committed(10, 0.004)
    assert value("shortlist_request_seconds_count", {"method": "/s/M", "code": "OK"}) == 2
    assert value("shortlist_stage_seconds_sum", {"stage": "retrieve"}) == pytest.approx(0.006)
    assert value("shortlist_candidates_total", {"source": "two_tower"}) == 1000
    assert value("shortlist_dropped_total", {"filter": "already_seen"}) == 14
    labels = {"kind": "source_left_out", "component": "content"}
    assert value("shortlist_degradations_total", labels) == 2
    assert value("shortlist_shed_total", {"lane": "serving"}) == 2
    assert value("shortlist_faults_total", {"method": "/s/M"}) == 2
    assert value("shortlist_event_batch_size_sum") == 20
    assert value("shortlist_event_commit_seconds_count") == 2


def test_a_depth_is_read_when_scraped():
    metrics, queue = Metrics(), []
    metrics.watch_depth("slates", lambda: len(queue))
    queue.append(1)
    assert metrics.registry.get_sample_value("shortlist_depth", {"what": "slates"}) == 1


def test_two_servers_in_one_process_count_apart():
    registry = CollectorRegistry()
    Metrics(registry).shed("serving")
    assert Metrics().registry.get_sample_value("shortlist_shed_total", {"lane": "serving"}) is None


def test_the_endpoint_serves_what_was_counted():
    metrics = Metrics()
    metrics.shed("serving")
    endpoint = MetricsEndpoint(MetricsSettings(port=0), metrics.registry)
    with urllib.request.urlopen(f"http://127.0.0.1:{endpoint.port}/metrics") as reply:
        assert b'shortlist_shed_total{lane="serving"} 1.0' in reply.read()
    endpoint.close()


def test_a_port_in_use_is_one_clear_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"observability.metrics: 127.0.0.1:{port} is in use"):
            MetricsEndpoint(MetricsSettings(port=port), CollectorRegistry())


def test_an_address_that_is_not_ours_is_one_clear_line():
    with pytest.raises(OSError, match="cannot be listened on"):
        MetricsEndpoint(MetricsSettings(host="192.0.2.1"), CollectorRegistry())
