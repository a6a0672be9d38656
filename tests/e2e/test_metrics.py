"""What the server tells of itself: metrics for Prometheus, logs with request ids."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.harness.client import event
from tests.e2e.harness.refusals import refused
from tests.e2e.harness.waiting import eventually

LINE = re.compile(r"(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")
LABEL = re.compile(r'(\w+)="([^"]*)"')


class Page:
    """A scrape: values by name and labels."""

    def __init__(self, text):
        self._values = {}
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            found = LINE.fullmatch(line)
            labels = frozenset(LABEL.findall(found["labels"] or ""))
            self._values[found["name"], labels] = float(found["value"])

    def value(self, name, **labels):
        return self._values.get((name, frozenset(labels.items())), 0.0)

    def labels(self, name, label):
        return {dict(labels)[label] for known, labels in self._values if known == name if labels}


@pytest.fixture
def scrape(server):
    return lambda: Page(server.metrics())


def test_every_stage_of_a_request_is_timed(client, scrape):
    before = scrape()
    for _ in range(3):
        client.recommend(user_id="u001", include_reasons=True)
    after = scrape()
    name = "shortlist_stage_seconds_count"
    stages = {"context", "retrieve", "catalog", "filter", "pre_rank", "features", "predict"}
    stages |= {"score", "select", "explain", "encode", "source.two_tower", "source.popular"}
    assert stages <= after.labels(name, "stage")
    for stage in stages:
        assert after.value(name, stage=stage) - before.value(name, stage=stage) >= 3
    assert after.value("shortlist_stage_seconds_sum", stage="predict") > 0


def test_requests_are_counted_by_method_and_code(client, scrape):
    name, method = "shortlist_request_seconds_count", "/shortlist.v1.UserService/GetUser"
    recommend = "/shortlist.v1.RecommendationService/Recommend"
    before = scrape()
    client.recommend(user_id="u001")
    refused(client.recommend, page_token="x")

    def are_counted():
        # A call is counted just after its reply has left.
        after = scrape()
        counts = [
            after.value(name, method=recommend, code=code)
            - before.value(name, method=recommend, code=code)
            for code in ("OK", "INVALID_ARGUMENT")
        ]
        return counts == [1, 1] and after

    after = eventually(are_counted)
    assert after.value(name, method=method, code="OK") == before.value(
        name, method=method, code="OK"
    )


def test_candidates_are_counted_by_source(client, scrape):
    before = scrape()
    client.recommend(user_id="u001", serving_config="home")
    after = scrape()
    name = "shortlist_candidates_total"
    for source in ("two_tower", "content", "co_engaged", "trending", "popular", "explore"):
        found = after.value(name, source=source) - before.value(name, source=source)
        assert 0 < found <= 1000, source


def test_drops_are_counted_by_filter(client, scrape, user):
    client.write(*(event("click", f"i{n:03d}", user=user) for n in range(5)))
    before = scrape()
    client.recommend(user_id=user, exclude_item_ids=["i010", "i011", "i012"])
    after = scrape()
    name = "shortlist_dropped_total"
    dropped = {
        each: after.value(name, filter=each) - before.value(name, filter=each)
        for each in after.labels(name, "filter")
    }
    assert dropped["engaged"] == 5 and dropped["excluded"] == 3
    assert set(dropped) >= {"engaged", "excluded", "seen", "unavailable", "filter"}


def test_degradations_are_counted_by_kind_and_component(module_servers):
    data_dir = module_servers.copy("untrained")
    (data_dir / "models" / "CURRENT").unlink()
    server = module_servers.start(data_dir=data_dir)
    for _ in range(3):
        assert server.client.recommend(user_id="u001").degradations
    page = Page(server.metrics())
    labels = {"kind": "no_model", "component": "model"}
    assert page.value("shortlist_degradations_total", **labels) == 3


def test_depths_are_there(scrape):
    page = scrape()
    assert page.labels("shortlist_depth", "what") >= {
        *("serving_in_flight", "serving_waiting", "serving_limit"),
        *("storage_in_flight", "storage_waiting", "storage_limit"),
        *("user_states_unsaved", "side_effects_pending", "side_effects_failed"),
        *("event_log_queue", "slate_log_queue", "slate_log_dropped"),
    }
    assert page.value("shortlist_depth", what="serving_limit") == 64
    assert page.value("shortlist_depth", what="side_effects_failed") == 0


def test_commits_of_the_event_log_are_counted_and_timed(client, scrape, user):
    before = scrape()
    client.write(*(event("view", "i001", user=user) for _ in range(20)))
    after = scrape()
    writes, seconds = "shortlist_event_batch_size_sum", "shortlist_event_commit_seconds_count"
    # One call is one write, however many events it brings.
    assert after.value(writes) - before.value(writes) == 1
    assert after.value(seconds) - before.value(seconds) == 1
    assert after.value("shortlist_event_commit_seconds_sum") > 0


def test_logs_are_json_lines_with_the_request_id(module_servers):
    server = module_servers.start('[observability.logs]\nformat = "json"\n')
    server.client.recommend(user_id="u001")
    lines = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    assert lines
    for line in lines:
        assert {"time", "severity", "logger", "message"} <= set(line)
    assert any(line["message"] == "listening" and line["port"] == server.port for line in lines)


def test_nothing_went_wrong_unnoticed(server, scrape):
    """The shared server has answered hundreds of requests by now, most of them in other files."""
    assert scrape().labels("shortlist_faults_total", "method") == set()
    assert "Traceback" not in server.log()
    assert not [line for line in server.log().splitlines() if " ERROR " in line]
