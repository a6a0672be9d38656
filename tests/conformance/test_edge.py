"""The server's cases hold through the edge in each protocol, and faulty edges are noticed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.command import main
from conformance.edge_protocols import PROTOCOLS
from deploy.envoy.options import DESCRIPTORS
from deploy.envoy.run import Edge
from deploy.envoy.settings import EdgeSettings, UpstreamSettings
from tests.conformance.deployment import Deployment
from tests.conformance.edge_faults import FAULTS
from tests.conformance.faulty_edge import SeededEdge, faulty_edge

ORIGIN = "https://shop.example"
# What REST has no form for: suites and cases, which may be skipped in it and in no other protocol.
NOT_IN_REST = {
    "REST has no streams": {"events", "reflection"},
    "Check has no HTTP binding": {"auth", "health"},
    "WaitOperation has no HTTP binding": {"operations", "users"},
    "REST sends JSON, which can't hold these bytes": {"errors"},
    "has no place for": {"errors"},
}
MOST_SKIPPED = 30


@pytest.fixture(scope="module")
def edge(server: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """An edge as `make serve EDGE=1` has it, but for the origins that may call."""
    upstreams = (UpstreamSettings(endpoints=(server.address,)),)
    settings = EdgeSettings(port=0, upstreams=upstreams, origins=(ORIGIN,))
    running = Edge(settings, DESCRIPTORS, tmp_path_factory.mktemp("edge"))
    yield running
    running.stop()
    # A script that fails leaves the reply as it was: nobody would notice.
    assert "script log" not in running.log_path.read_text("utf-8", "replace")


def run(port: int, keys: Path, folder: Path, protocol: str, *options: str):
    """Run cases and return the exit status and the report of the target."""
    report = folder / "report.json"
    arguments = ["--target", f"127.0.0.1:{port}", "--keys", str(keys), "--protocol", protocol]
    arguments += ["--http", f"http://127.0.0.1:{port}", "--origin", ORIGIN]
    status = main([*arguments, "--json", str(report), *options])
    return status, json.loads(report.read_text())["targets"]["server"]


@pytest.mark.slow
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_must_and_should_holds_through_the_edge(edge, server, tmp_path, protocol):
    status, report = run(edge.port, server.keys, tmp_path, protocol, "--level=SHOULD")
    assert status == 0, [each["case"] for each in report["not_passed"]]
    assert report["levels"]["MUST"]["passed"] > 600
    skipped = [each for each in report["not_passed"] if each["verdict"] == "skipped"]
    if protocol != "rest":
        assert not skipped
    for each in skipped:
        suites = next((NOT_IN_REST[why] for why in NOT_IN_REST if why in each["reason"]), set())
        assert each["case"].partition("/")[0] in suites, each
    assert len(skipped) <= MOST_SKIPPED


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_faulty_edge_is_noticed(fault, edge, server, tmp_path):
    patterns = [f"--run={each}" for each in fault.caught_by]
    with faulty_edge(edge.port, fault) as port:
        status, report = run(port, server.keys, tmp_path, fault.protocol, *patterns)
    failed = {each["case"]: each for each in report["not_passed"]}
    must_fail = any(case in failed for case in fault.caught_by)
    assert must_fail and status == 1, "a fault went unnoticed"
    for case in fault.caught_by:
        assert failed[case]["verdict"] == "failed", f"{case} did not notice"
        assert failed[case]["step"] and failed[case]["trace"]


@pytest.mark.parametrize("protocol", [each for each in PROTOCOLS if each != "grpc"])
def test_a_proxy_without_a_fault_passes_the_same_cases(edge, server, tmp_path, protocol):
    cases = sorted({case for fault in FAULTS for case in fault.caught_by})
    patterns = [f"--run={each}" for each in cases]
    with faulty_edge(edge.port, SeededEdge("none", ())) as port:
        status, report = run(port, server.keys, tmp_path, protocol, *patterns)
    assert (status, report["not_passed"]) == (0, [])


def test_what_a_protocol_has_no_form_for_is_skipped_and_says_so(edge, server, tmp_path):
    case = "events/a_stream_acknowledges_every_event"
    status, report = run(edge.port, server.keys, tmp_path, "rest", f"--run={case}")
    assert status == 0
    (skipped,) = report["not_passed"]
    assert (skipped["verdict"], skipped["case"]) == ("skipped", case)
    assert "REST has no streams" in skipped["reason"]


def test_http_cases_need_an_edge(server, tmp_path):
    report = tmp_path / "report.json"
    arguments = ["--target", server.address, "--keys", str(server.keys), "--run=cors"]
    assert main([*arguments, "--json", str(report)]) == 0
    found = json.loads(report.read_text())["targets"]["server"]["not_passed"]
    assert found and all("--http" in each["reason"] for each in found)
