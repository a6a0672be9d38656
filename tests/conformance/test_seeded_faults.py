"""Each fault of a server is caught, and by the cases that are there for it."""

from __future__ import annotations

import json

import pytest

from conformance.command import main
from tests.conformance.fault_table import FAULTS
from tests.conformance.faults import Seeded
from tests.conformance.faulty_proxy import faulty_server

MISSED = "a fault went unnoticed"


def run_against(address, keys, folder, patterns):
    """Run some cases and return the exit status and what did not pass."""
    report = folder / "report.json"
    options = [f"--run={pattern}" for pattern in patterns]
    status = main(["--target", address, "--keys", str(keys), "--json", str(report), *options])
    found = json.loads(report.read_text())["targets"]["server"]["not_passed"]
    return status, {each["case"]: each for each in found}


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_the_fault_is_caught(fault, server, tmp_path):
    with faulty_server(server.address, fault) as address:
        status, failed = run_against(address, server.keys, tmp_path, fault.caught_by)
    assert status == 1, MISSED
    for case in fault.caught_by:
        assert failed[case]["verdict"] == "failed", f"{MISSED} by {case}"
        assert failed[case]["step"] and failed[case]["reason"]
        assert failed[case]["trace"], "a failure shows the wire"


def test_a_proxy_without_a_fault_passes_the_same_cases(server, tmp_path):
    cases = sorted({case for fault in FAULTS for case in fault.caught_by})
    with faulty_server(server.address, Seeded("none", ())) as address:
        status, failed = run_against(address, server.keys, tmp_path, cases)
    assert (status, failed) == (0, {})


def test_there_are_enough_faults_and_each_has_a_name_of_its_own():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 15
