"""Golden mode: cases without network, on the descriptors that the package ships."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from conformance.case_runner import CaseRunner
from conformance.contract import shipped_contract
from conformance.credentials import Credentials
from conformance.mode import Mode
from conformance.steps import Target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what golden mode asks for."""
    parser.add_argument(
        "--golden",
        action="store_true",
        help="run the cases that need no network on the runner itself",
    )


@contextmanager
def open_targets(options: argparse.Namespace) -> Iterator[list[Mode]]:
    """Give the runner itself as a target, if `--golden` asks for it."""
    if not options.golden:
        yield []
        return
    target = Target(shipped_contract(), Credentials())
    yield [CaseRunner("golden", target, {"run": "cf", "keys": {}}, "GOLDEN")]
