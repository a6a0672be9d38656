"""Runs cases beside each other on every target, and says what came of each as it comes."""

from __future__ import annotations

import fnmatch
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from conformance.case import Case
from conformance.errors import TargetError, UnusableError
from conformance.expected_failures import ExpectedFailures
from conformance.mode import Mode
from conformance.outcome import Outcome, Verdict

LEVELS = ("MUST", "SHOULD", "MAY")
# After so many cases in a row that did not reach the target there is none.
MOST_UNREACHABLE = 10


class BrokenSelectionError(UnusableError):
    """A pattern chooses nothing."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases run: patterns of `suite/case`, and the least binding level."""

    run: Sequence[str] = ()
    skip: Sequence[str] = ()
    level: str = "MAY"

    def takes(self, case: Case) -> bool:
        """Whether a case is to run."""
        if LEVELS.index(case.level) > LEVELS.index(self.level):
            return False
        if self.run and not _is_like(case, self.run):
            return False
        return not _is_like(case, self.skip)

    def chosen(self, cases: Sequence[Case]) -> list[Case]:
        """Return the cases that are to run.

        Raises:
            BrokenSelectionError: a pattern is of none of them: it is misspelt.
        """
        for pattern in (*self.run, *self.skip):
            if not any(_is_like(case, [pattern]) for case in cases):
                raise BrokenSelectionError(f"there is no suite or case {pattern}")
        return [case for case in cases if self.takes(case)]


def _is_like(case: Case, patterns: Iterable[str]) -> bool:
    """Whether a pattern is the suite, the case, or a wildcard of `suite/case`."""
    names = (case.id, case.id.partition("[")[0], case.suite)
    # Brackets are a variant's, not a set of characters.
    escaped = (pattern.replace("[", "[[]") for pattern in patterns)
    return any(fnmatch.fnmatchcase(name, each) for each in escaped for name in names)


Report = Callable[[str, Outcome], None]


class _Presence:
    """Notices when a target is gone."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._in_a_row = 0

    def require(self) -> None:
        """Raises: TargetError: too many cases in a row did not reach the target."""
        if self._in_a_row >= MOST_UNREACHABLE:
            raise TargetError(
                f"the target {self._name} is gone: {self._in_a_row} cases did not reach it"
            )

    def note(self, outcome: Outcome) -> None:
        """Note a case; one that was skipped says nothing."""
        if outcome.verdict is not Verdict.SKIPPED:
            self._in_a_row = self._in_a_row + 1 if outcome.is_unreachable else 0


def run_cases(
    target: Mode,
    cases: Sequence[Case],
    expected: ExpectedFailures,
    report: Report,
    *,
    parallel: int,
    again: bool = False,
) -> list[Outcome]:
    """Run a target's cases, those that must be alone last, and return the outcomes in order.

    With `again` a case that failed beside others runs once more by itself, and that counts: cases
    that measure time can fail on a machine that is busy with the rest.

    Raises:
        TargetError: none of the cases is for this target, or it is gone: nothing would be proved.
    """
    reporting, presence = threading.Lock(), _Presence(target.target)

    def run(case: Case, is_last: bool = True) -> Outcome:
        presence.require()
        reason = target.skips(case)
        if reason:
            outcome = Outcome(case, Verdict.SKIPPED, reason)
        else:
            outcome = _as_expected(target.run(case), expected)
        with reporting:
            presence.note(outcome)
            if is_last or not outcome.verdict.is_bad:
                report(target.target, outcome)
        return outcome

    mine = [case for case in cases if set(case.modes) & set(target.kinds)]
    if not mine:
        raise TargetError(f"none of the chosen cases is for {target.target}")
    together = [case for case in mine if not case.runs_alone]
    with ThreadPoolExecutor(max_workers=parallel) as pool:
        first = pool.map(lambda case: run(case, is_last=not again), together)
        found = dict(zip([case.id for case in together], first, strict=True))
    if again:
        found |= {case.id: run(case) for case in together if found[case.id].verdict.is_bad}
    found |= {case.id: run(case) for case in mine if case.runs_alone}
    return [found[case.id] for case in mine]


def _as_expected(outcome: Outcome, expected: ExpectedFailures) -> Outcome:
    """Return the outcome as the file of expected failures sees it."""
    why = expected.reason(outcome.case)
    if why is None:
        return outcome
    if outcome.verdict is Verdict.FAILED:
        return replace(outcome, verdict=Verdict.EXPECTED, reason=f"{why} ({outcome.reason})")
    if outcome.verdict is Verdict.PASSED:
        return replace(
            outcome,
            verdict=Verdict.UNEXPECTED,
            reason=f"it passes, yet was expected to fail: {why}",
        )
    return outcome
