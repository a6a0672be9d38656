"""Cases that a target is known to fail: they run all the same, and may not pass unnoticed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from conformance.case import Case
from conformance.errors import BrokenFileError
from conformance.yaml_files import read_object


class BrokenExpectationsError(BrokenFileError):
    """The file of expected failures can't be used."""


class ExpectedFailures:
    """Reasons by `suite/case`; a name without a variant holds for all variants."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self._reasons = reasons

    def reason(self, case: Case) -> str | None:
        """Return why a case is expected to fail; None: it is not."""
        return self._reasons.get(case.id, self._reasons.get(case.id.partition("[")[0]))

    def unknown(self, cases: list[Case]) -> list[str]:
        """Return the names that no case has: a renamed case must not go on being excused."""
        names = {name for case in cases for name in (case.id, case.id.partition("[")[0])}
        return sorted(set(self._reasons) - names)


def read_expected_failures(path: Path | None) -> ExpectedFailures:
    """Return what a YAML file `suite/case: reason` says; none without a file.

    Raises:
        BrokenExpectationsError: it is no such file, or a case has no reason.
    """
    content = read_object(path, BrokenExpectationsError) if path else {}
    for name, reason in content.items():
        if not isinstance(reason, str) or not reason.strip():
            raise BrokenExpectationsError(f"{path}: {name} has no reason")
    return ExpectedFailures(content)
