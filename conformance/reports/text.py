"""The run as text: a bar while it goes, every failure with its step and its wire, a summary."""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from typing import TextIO

from conformance.outcome import Outcome, Verdict

WIDTH = 40


class TextReport:
    """Writes to a terminal; without one, failures and the summary only."""

    def __init__(self, total: int, out: TextIO | None = None) -> None:
        self._total = total
        self._done = 0
        self._bad = 0
        self._out = out or sys.stderr
        self._has_bar = self._out.isatty()

    def add(self, target: str, outcome: Outcome) -> None:
        """Note an outcome."""
        self._done += 1
        if outcome.verdict.is_bad:
            self._bad += 1
            self._clear()
            self._out.write(failure_text(target, outcome))
        self._draw(outcome)

    def end(self, outcomes: dict[str, list[Outcome]]) -> None:
        """Write the summary."""
        self._clear()
        self._out.write(summary_text(outcomes))
        self._out.flush()

    def _draw(self, outcome: Outcome) -> None:
        if not self._has_bar:
            return
        filled = WIDTH * self._done // max(1, self._total)
        bar = "#" * filled + "-" * (WIDTH - filled)
        line = f"\r[{bar}] {self._done}/{self._total} {self._bad} failed  {outcome.case.id}"
        self._out.write(f"{line[:110]:<110}")
        self._out.flush()

    def _clear(self) -> None:
        if self._has_bar:
            self._out.write(f"\r{'':<110}\r")


def failure_text(target: str, outcome: Outcome) -> str:
    """Return a failure with what it should have proved, where it broke, and the wire.

    A MAY is only reported: what went over the wire is in the files.
    """
    case = outcome.case
    counts = case.level != "MAY"
    ending = "" if counts else ", does not count"
    lines = [
        f"{outcome.verdict.value.upper()} {case.level} {case.id} ({target}){ending}",
        f"  {case.proves}",
    ]
    if outcome.step:
        lines.append(f"  at {outcome.step}:")
    lines.append(textwrap.indent(outcome.reason, "    "))
    if outcome.trace and counts:
        lines += ["  on the wire:", textwrap.indent(outcome.trace, "    ")]
    return "\n".join(lines) + "\n\n"


def summary_text(outcomes: dict[str, list[Outcome]]) -> str:
    """Return a line for each target and level."""
    lines = []
    for target, found in outcomes.items():
        for level in ("MUST", "SHOULD", "MAY"):
            counted = Counter(each.verdict for each in found if each.case.level == level)
            if not counted:
                continue
            parts = [f"{counted[v]} {v.value}" for v in Verdict if counted[v]]
            lines.append(f"{target}: {level}: {', '.join(parts)}")
        why = Counter(each.reason for each in found if each.verdict is Verdict.SKIPPED)
        lines += [f"{target}: skipped {count}: {reason}" for reason, count in why.most_common()]
    return "\n".join(lines) + "\n"
