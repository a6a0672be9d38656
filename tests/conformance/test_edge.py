"""The server's cases hold through the edge in each protocol."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.command import main
from conformance.protocols.coders import PROTOCOLS
from deploy.envoy.run import Edge
from tests.conformance.deployment import Deployment, edge_options

# What REST has no form for: suites and cases, which may be skipped in it and in no other protocol.
NOT_IN_REST = {
    "REST has no streams": {"events", "reflection"},
    "Check has no HTTP binding": {"auth", "health"},
    "WaitOperation has no HTTP binding": {"operations", "users"},
    "REST sends JSON, which can't hold these bytes": {"errors"},
    "has no place for": {"errors"},
}
MOST_SKIPPED = 30


def run(edge: Edge, server: Deployment, folder: Path, protocol: str, *options: str):
    """Run cases and return the exit status and the report of the target."""
    report = folder / "report.json"
    arguments = edge_options(edge.port, server.keys, protocol)
    status = main([*arguments, "--json", str(report), *options])
    return status, json.loads(report.read_text())["targets"]["server"]


@pytest.mark.slow
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_must_and_should_holds_through_the_edge(edge, server, tmp_path, protocol):
    status, report = run(edge, server, tmp_path, protocol, "--level=SHOULD")
    assert status == 0, [each["case"] for each in report["not_passed"]]
    assert report["levels"]["MUST"]["passed"] > 600
    skipped = [each for each in report["not_passed"] if each["verdict"] == "skipped"]
    if protocol != "rest":
        assert not skipped
    for each in skipped:
        suites = next((NOT_IN_REST[why] for why in NOT_IN_REST if why in each["reason"]), set())
        assert each["case"].partition("/")[0] in suites, each
    assert len(skipped) <= MOST_SKIPPED


def test_what_a_protocol_has_no_form_for_is_skipped_and_says_so(edge, server, tmp_path):
    case = "events/a_stream_acknowledges_every_event"
    status, report = run(edge, server, tmp_path, "rest", f"--run={case}")
    assert status == 2, "nothing else was run"
    (skipped,) = report["not_passed"]
    assert (skipped["verdict"], skipped["case"]) == ("skipped", case)
    assert "REST has no streams" in skipped["reason"]


def test_http_cases_need_an_edge(server, tmp_path):
    report = tmp_path / "report.json"
    arguments = ["--target", server.address, "--keys", str(server.keys), "--run=cors"]
    assert main([*arguments, "--json", str(report)]) == 2
    found = json.loads(report.read_text())["targets"]["server"]["not_passed"]
    assert found and all("--http" in each["reason"] for each in found)
