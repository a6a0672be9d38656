"""Writes the table of cases in docs/conformance.md: `python -m conformance.development.guide`.

`--check` changes nothing and fails if the table is not what the cases say.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from conformance.case import Case
from conformance.loading import read_abouts, read_cases
from conformance.running import LEVELS

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "conformance.md"
BEGIN, END = "<!-- cases: generated -->", "<!-- end of cases -->"


def main() -> int:
    """Write or check the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args()
    text = GUIDE.read_text("utf-8")
    fresh = with_table(text, table(read_cases(), read_abouts()))
    if options.check:
        if fresh != text:
            print(f"out of date: {GUIDE}: run python -m {__spec__.name}", file=sys.stderr)
        return int(fresh != text)
    GUIDE.write_text(fresh, "utf-8")
    return 0


def with_table(text: str, rows: str) -> str:
    """Return the guide with a table between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{rows}{END}{after}"


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


if __name__ == "__main__":
    sys.exit(main())
