"""What came of a case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from conformance.case import Case


class Verdict(Enum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    # It failed, as the file of expected failures says.
    EXPECTED = "expected failure"
    # It passed although the file of expected failures says otherwise: a failure.
    UNEXPECTED = "unexpected pass"

    @property
    def is_bad(self) -> bool:
        """Whether the run fails by it."""
        return self in (Verdict.FAILED, Verdict.UNEXPECTED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case.

    Attributes:
        reason: why it failed or was skipped, in a line or a few; empty if it passed.
        step: the step that failed; empty if none did.
        trace: what was sent and received, in readable lines.
        duration_s: how long it took.
        is_unreachable: it failed because there was no connection to the target.
    """

    case: Case
    verdict: Verdict
    reason: str = ""
    step: str = ""
    trace: str = ""
    duration_s: float = 0.0
    is_unreachable: bool = False
