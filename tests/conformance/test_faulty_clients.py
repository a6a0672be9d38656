"""Clients with one fault each: the case that proves the opposite must catch it, and only then."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conformance.clients.mode import ProgramMode
from conformance.clients.program import Program, find_programs
from conformance.loading import read_cases
from conformance.outcome import Verdict
from tests.conformance.client_faults import FAULTS

FAULTY = Path(__file__).with_name("faulty_client.py")


def cases_of(name):
    found = [case for case in read_cases() if case.id.partition("[")[0] == name]
    assert found, f"there is no case {name}"
    # A variant is enough to tell.
    return found[:1]


def outcomes(program, cases, folder):
    mode = ProgramMode(program, folder, settle_s=0.5)
    try:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(mode.run, cases))
    finally:
        mode.close()


@pytest.fixture(scope="module")
def caught(tmp_path_factory):
    """What came of every fault's case; a few clients run beside each other."""

    # Made before the threads begin: pytest's folders are not for several at once.
    folder = tmp_path_factory.mktemp("faulty")

    def run(item):
        fault, name = item
        command = (sys.executable, str(FAULTY), "--fault", fault)
        program = Program(fault, FAULTY.parent, FAULTY.parent, (), command)
        return fault, outcomes(program, cases_of(name), folder)

    with ThreadPoolExecutor(6) as pool:
        return dict(pool.map(run, FAULTS.items()))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_client_is_caught_by_its_case(fault, caught):
    failed = [each for each in caught[fault] if each.verdict is Verdict.FAILED]
    assert failed, f"{fault} passes {FAULTS[fault]}"
    # Caught for what it does, not because it could not be run.
    assert "Error:" not in failed[0].reason.partition("\n")[0], failed[0].reason
    assert all("UNHANDLED" not in each.reason for each in failed), failed[0].reason


def test_the_honest_client_passes_the_same_cases(tmp_path):
    (program,) = find_programs(["python"])
    cases = [case for name in sorted(set(FAULTS.values())) for case in cases_of(name)]
    bad = [each for each in outcomes(program, cases, tmp_path) if each.verdict.is_bad]
    assert not bad, "\n".join(f"{each.case.id}: {each.reason}\n{each.trace}" for each in bad)


def test_there_are_enough_faults():
    assert len(FAULTS) >= 12
