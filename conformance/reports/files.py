"""The run as files: JSON for programs, JUnit for CI, a Markdown matrix for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from conformance.case import JSON
from conformance.errors import UnusableError
from conformance.outcome import Outcome, Verdict

Outcomes = dict[str, list[Outcome]]


class UnwritableReportError(UnusableError):
    """A report can't be written where it should be."""


def write_json(path: Path, outcomes: Outcomes, duration_s: float) -> None:
    """Write counts by target, level and suite, and everything that is not a plain pass."""
    targets = {target: _counts(found) for target, found in outcomes.items()}
    report = {"duration_s": round(duration_s, 3), "targets": targets}
    _write(path, json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def _counts(found: list[Outcome]) -> dict[str, JSON]:
    return {
        "levels": _by(found, lambda each: each.case.level),
        "suites": _by(found, lambda each: each.case.suite),
        "not_passed": [
            {
                "case": each.case.id,
                "level": each.case.level,
                "verdict": each.verdict.value,
                "step": each.step,
                "reason": each.reason,
                "trace": each.trace,
            }
            for each in found
            if each.verdict is not Verdict.PASSED
        ],
        "slowest": [
            {"case": each.case.id, "duration_s": round(each.duration_s, 3)}
            for each in sorted(found, key=lambda each: -each.duration_s)[:10]
        ],
    }


def _by(found: list[Outcome], key: Callable[[Outcome], str]) -> dict[str, dict[str, int]]:
    groups: dict[str, Counter[str]] = {}
    for each in found:
        groups.setdefault(key(each), Counter())[each.verdict.value] += 1
    return {name: dict(sorted(counted.items())) for name, counted in sorted(groups.items())}


def write_junit(path: Path, outcomes: Outcomes) -> None:
    """Write one test suite for each target and suite."""
    root = ElementTree.Element("testsuites")
    for target, found in outcomes.items():
        for suite in sorted({each.case.suite for each in found}):
            mine = [each for each in found if each.case.suite == suite]
            root.append(_junit_suite(f"{target}.{suite}", mine))
    ElementTree.indent(root)
    _write(path, ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n")


def _junit_suite(name: str, found: list[Outcome]) -> ElementTree.Element:
    skipped = (Verdict.SKIPPED, Verdict.EXPECTED)
    suite = ElementTree.Element(
        "testsuite",
        name=name,
        tests=str(len(found)),
        failures=str(sum(each.verdict.is_bad for each in found)),
        skipped=str(sum(each.verdict in skipped for each in found)),
    )
    for each in found:
        time = f"{each.duration_s:.3f}"
        test = ElementTree.SubElement(
            suite, "testcase", classname=name, name=each.case.name, time=time
        )
        if each.verdict.is_bad:
            failure = ElementTree.SubElement(test, "failure", message=_printable(each.reason))
            failure.text = _printable(f"{each.step}\n{each.trace}")
        elif each.verdict in skipped:
            ElementTree.SubElement(test, "skipped", message=_printable(each.reason))
    return suite


def _printable(text: str) -> str:
    """Return text without the control characters that XML can't hold."""
    return "".join(each if each.isprintable() or each in "\n\t" else "?" for each in text)


def write_matrix(path: Path, outcomes: Outcomes) -> None:
    """Write targets by suites: passed of those that ran, MUST and SHOULD."""
    suites = sorted({each.case.suite for found in outcomes.values() for each in found})
    lines = [f"| suite | {' | '.join(outcomes)} |", f"|---|{'---|' * len(outcomes)}"]
    for suite in suites:
        cells = [_cell([e for e in found if e.case.suite == suite]) for found in outcomes.values()]
        lines.append(f"| {suite} | {' | '.join(cells)} |")
    _write(path, "\n".join(lines) + "\n")


def _cell(found: list[Outcome]) -> str:
    ran = [e for e in found if e.verdict is not Verdict.SKIPPED and e.case.level != "MAY"]
    if not ran:
        return ""
    passed = sum(each.verdict is Verdict.PASSED for each in ran)
    return f"{passed}" if passed == len(ran) else f"**{passed} of {len(ran)}**"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UnwritableReportError(f"{path}: {error}") from error
