"""Each fault of a server is caught, by the cases that are there for it and for what it does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from conformance.command import main
from conformance.contract import shipped_contract
from conformance.outcome import Outcome, Verdict
from tests.conformance.deployment import Deployment
from tests.conformance.fault_table import FAULTS
from tests.conformance.faulty_proxy import OneAfterTheOther, proxied
from tests.conformance.open_run import OpenRun, case_named, not_caught, not_passed, open_run


@pytest.fixture(scope="module")
def faults() -> OneAfterTheOther:
    """What the server under test does wrong at the moment."""
    return OneAfterTheOther()


@pytest.fixture(scope="module")
def address(server: Deployment, faults: OneAfterTheOther) -> Iterator[str]:
    """Where the server under test listens."""
    with proxied(server.address, shipped_contract(), faults) as found:
        yield found


@pytest.fixture(scope="module")
def run(address: str, server: Deployment) -> Iterator[OpenRun]:
    """A run that was prepared while nothing was wrong."""
    with open_run("--target", address, "--keys", str(server.keys)) as found:
        yield found


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_the_fault_is_caught_for_what_it_does(fault, faults, run):
    faults.current = fault
    try:
        outcomes = run.outcomes(fault.caught_by)
    finally:
        faults.current = None
    assert not_caught(fault.caught_by, outcomes) == []


def test_the_same_server_without_a_fault_passes_the_same_cases(faults, run):
    assert faults.current is None
    cases = sorted({case for fault in FAULTS for case in fault.caught_by})
    assert not_passed(run.outcomes(cases)) == []


def test_the_command_fails_by_a_fault_and_shows_the_wire(faults, address, server, tmp_path):
    report = tmp_path / "report.json"
    fault = next(each for each in FAULTS if each.name == "ignores_exclusions")
    (case,) = fault.caught_by
    arguments = ["--target", address, "--keys", str(server.keys), "--json", str(report)]
    faults.current = fault
    try:
        assert main([*arguments, f"--run={case}"]) == 1
    finally:
        faults.current = None
    (failed,) = json.loads(report.read_text())["targets"]["server"]["not_passed"]
    assert (failed["case"], failed["verdict"]) == (case, "failed")
    assert "RecommendationService/Recommend" in failed["trace"]


def test_a_case_that_fails_for_another_reason_has_not_caught_the_fault():
    name = "errors/a_request_id_is_in_the_error"
    case = case_named(name)
    words = {name: "the request id"}

    def missed(*outcome):
        return not_caught(words, {name: Outcome(case, *outcome)})

    assert missed(Verdict.FAILED, "the request id is not there", "step 1", "> call") == []
    assert missed(Verdict.FAILED, "no answer within 15 s", "step 1", "> call")
    assert missed(Verdict.FAILED, "the request id is not there")
    assert missed(Verdict.SKIPPED, "the request id")
    assert missed(Verdict.PASSED)


def test_there_are_enough_faults_and_each_has_a_name_of_its_own():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 15
