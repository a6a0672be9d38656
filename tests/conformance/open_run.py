"""A run of the suite that stays open: it is prepared once and then asked for case after case."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from conformance import server_mode
from conformance.case import Case
from conformance.expected_failures import ExpectedFailures
from conformance.loading import read_cases
from conformance.mode import Mode
from conformance.outcome import Outcome, Verdict
from conformance.running import run_cases


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A target that is ready for cases."""

    target: Mode

    def outcomes(self, ids: Iterable[str]) -> dict[str, Outcome]:
        """Run cases and return what came of each."""
        cases = [case_named(each) for each in ids]
        found = run_cases(self.target, cases, ExpectedFailures({}), lambda *_: None, parallel=4)
        return {each.case.id: each for each in found}


@contextmanager
def open_run(*arguments: str) -> Iterator[OpenRun]:
    """Prepare a server as the command does with these arguments; clean up in the end."""
    parser = argparse.ArgumentParser()
    server_mode.add_arguments(parser)
    with server_mode.open_targets(parser.parse_args(arguments)) as (target,):
        yield OpenRun(target)


def case_named(name: str) -> Case:
    """Return a shipped case by its id."""
    return _shipped_cases()[name]


@cache
def _shipped_cases() -> dict[str, Case]:
    return {case.id: case for case in read_cases()}


def not_caught(caught_by: Mapping[str, str], outcomes: Mapping[str, Outcome]) -> list[str]:
    """Return the cases that did not fail, or whose reason is not in the words of the table."""
    lines = []
    for name, words in caught_by.items():
        found = outcomes[name]
        if found.verdict is not Verdict.FAILED:
            lines.append(f"{name} {found.verdict.value} {found.reason}")
        elif words not in found.reason:
            lines.append(f"{name} failed, but not by {words!r}: {found.step}: {found.reason}")
        elif not found.step:
            lines.append(f"{name} failed and does not say where")
    return lines


def not_passed(outcomes: Mapping[str, Outcome]) -> list[str]:
    """Return the cases that did not pass; one that was skipped proves nothing."""
    return [
        f"{name} {found.verdict.value}: {found.step}: {found.reason}"
        for name, found in outcomes.items()
        if found.verdict is not Verdict.PASSED
    ]


def first_variant(name: str) -> str:
    """Return the id of a case's first variant, or of the case if it has none: enough to tell."""
    return next(each for each in _shipped_cases() if each.partition("[")[0] == name)
