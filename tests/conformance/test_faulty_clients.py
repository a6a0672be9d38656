"""Clients with one fault each: the case that proves the opposite catches it, for what it does."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from conformance.clients.mode import SETTLE_S, ProgramMode
from conformance.clients.program import Program
from tests.conformance.client_faults import FAULTS
from tests.conformance.open_run import OpenRun, first_variant, not_caught, not_passed

FAULTY = Path(__file__).with_name("faulty_client.py")
# Processes at a time: they wait more than they work.
BESIDE = 6


def outcomes(fault, cases, folder, settle_s):
    """Run cases on a client with a fault, and return what came of each.

    settle_s: how long what a case expects may take to arrive; a faulty client takes all of it.
    """
    command = (sys.executable, str(FAULTY), "--fault", fault)
    program = Program(fault, FAULTY.parent, FAULTY.parent, (), command)
    with closing(ProgramMode(program, folder, settle_s=settle_s)) as mode:
        return OpenRun(mode).outcomes(cases)


@pytest.fixture(scope="module")
def caught(request, tmp_path_factory):
    """What came of the faults that are asked for; a few clients run beside each other."""
    asked_for = {each.name for each in request.session.items}
    faults = [fault for fault in FAULTS if any(f"[{fault}]" in name for name in asked_for)]
    # Made before the threads begin: pytest's folders are not for several at once.
    folder = tmp_path_factory.mktemp("faulty")

    def run(fault):
        return outcomes(fault, [first_variant(FAULTS[fault].case)], folder, settle_s=0.5)

    with ThreadPoolExecutor(BESIDE) as pool:
        return dict(zip(faults, pool.map(run, faults), strict=True))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_client_is_caught_for_what_it_does(fault, caught):
    words = {first_variant(FAULTS[fault].case): FAULTS[fault].words}
    assert not_caught(words, caught[fault]) == []


def test_the_same_client_without_a_fault_passes_the_same_cases(tmp_path):
    cases = sorted({first_variant(fault.case) for fault in FAULTS.values()})
    assert not_passed(outcomes("none", cases, tmp_path, SETTLE_S)) == []


def test_there_are_enough_faults():
    assert len(FAULTS) >= 12
