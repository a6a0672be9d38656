"""Each fault of an edge is caught, by the cases that are there for it and for what it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from deploy.envoy.run import Edge
from tests.conformance.deployment import Deployment, edge_options
from tests.conformance.edge_fault_table import FAULTS
from tests.conformance.faulty_edge import FAULTLESS, FaultyEdge, faulty_edge
from tests.conformance.open_run import not_caught, not_passed, open_run


@pytest.fixture(scope="module")
def proxy(edge: Edge) -> Iterator[FaultyEdge]:
    """The edge under test, to which the tests give their faults."""
    with faulty_edge(edge.port) as found:
        yield found


@pytest.fixture(scope="module")
def run_in(proxy: FaultyEdge, server: Deployment):
    """Gives the run in a protocol; each was prepared while nothing was wrong."""
    with ExitStack() as stack:

        @cache
        def run(protocol: str):
            assert proxy.fault is FAULTLESS
            options = edge_options(proxy.server_port, server.keys, protocol)
            return stack.enter_context(open_run(*options))

        yield run


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_the_fault_is_caught_for_what_it_does(fault, proxy, run_in):
    run = run_in(fault.protocol)
    proxy.fault = fault
    try:
        outcomes = run.outcomes(fault.caught_by)
    finally:
        proxy.fault = FAULTLESS
    assert not_caught(fault.caught_by, outcomes) == []


@pytest.mark.parametrize("protocol", sorted({fault.protocol for fault in FAULTS}))
def test_the_same_edge_without_a_fault_passes_the_same_cases(protocol, proxy, run_in):
    assert proxy.fault is FAULTLESS
    cases = {case for fault in FAULTS if fault.protocol == protocol for case in fault.caught_by}
    assert not_passed(run_in(protocol).outcomes(sorted(cases))) == []
