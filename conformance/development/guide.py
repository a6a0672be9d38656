"""Writes the tables in docs/conformance.md: `python -m conformance.development.guide`.

The table of cases comes from the cases; `--check` changes nothing and fails if it is not what they
say. `--clients FILE` writes the matrix of languages too, from the report of `make test-clients`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from conformance.case import JSON, Case
from conformance.loading import read_abouts, read_cases
from conformance.running import LEVELS

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "conformance.md"
CASES = ("<!-- cases: generated -->", "<!-- end of cases -->")
MATRIX = ("<!-- clients: generated -->", "<!-- end of clients -->")


def main() -> int:
    """Write or check the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument(
        "--clients", type=Path, metavar="FILE", help="build/conformance/clients.json"
    )
    options = parser.parse_args()
    text = GUIDE.read_text("utf-8")
    fresh = with_table(text, table(read_cases(), read_abouts()), CASES)
    if options.clients:
        report = json.loads(options.clients.read_text("utf-8"))
        fresh = with_table(fresh, matrix(report["targets"]), MATRIX)
    if options.check:
        if fresh != text:
            print(f"out of date: {GUIDE}: run python -m {__spec__.name}", file=sys.stderr)
        return int(fresh != text)
    GUIDE.write_text(fresh, "utf-8")
    return 0


def with_table(text: str, rows: str, marks: tuple[str, str]) -> str:
    """Return the guide with a table between its marks."""
    begin, end = marks
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{rows}{end}{after}"


def table(cases: list[Case], abouts: dict[str, str]) -> str:
    """Return a line for each suite with its cases by level, and a total."""
    lines = ["| suite | about | MUST | SHOULD | MAY |", "|---|---|---|---|---|"]
    for suite, about in abouts.items():
        counted = Counter(case.level for case in cases if case.suite == suite)
        counts = " | ".join(str(counted[level]) for level in LEVELS)
        lines.append(f"| {suite} | {about} | {counts} |")
    total = Counter(case.level for case in cases)
    lines.append(f"| **all** | | {' | '.join(f'**{total[level]}**' for level in LEVELS)} |")
    return "\n".join(lines) + "\n"


def matrix(targets: Mapping[str, JSON]) -> str:
    """Return a line for each suite with what came of it in each language."""
    suites = sorted({suite for each in targets.values() for suite in each["suites"]})
    lines = [f"| suite | {' | '.join(targets)} |", f"|---|{'---|' * len(targets)}"]
    for suite in suites:
        cells = [_cell(each["suites"].get(suite, {})) for each in targets.values()]
        lines.append(f"| {suite} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(counted: Mapping[str, int]) -> str:
    """Return passed cases, of how many if some failed, and how many the platform lacks."""
    passed, lacking = counted.get("passed", 0), counted.get("skipped", 0)
    ran = sum(counted.values()) - lacking
    shown = str(passed) if passed == ran else f"**{passed} of {ran}**"
    return f"{shown} ({lacking} n/a)" if lacking else shown


if __name__ == "__main__":
    sys.exit(main())
