"""Rows that could not be imported: where they stood, why, and the file they are written to."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

MAX_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Reject:
    """One row: its line in the file (counted from 1), why it was refused, and its text."""

    line: int
    reason: str
    values: tuple[str, ...]


@dataclass(slots=True)
class Rejects:
    """The refused rows of one file; a line is written once, with its first reason."""

    file: str
    columns: tuple[str, ...] = ()
    _by_line: dict[int, Reject] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._by_line)

    def add(self, rejects: Sequence[Reject]) -> None:
        for reject in rejects:
            self._by_line.setdefault(reject.line, reject)

    def first(self, count: int = MAX_SHOWN) -> list[Reject]:
        """Return the first refused rows, by line."""
        return [self._by_line[line] for line in sorted(self._by_line)[:count]]

    def reasons(self) -> list[tuple[str, int]]:
        """Return the most frequent reasons with their counts."""
        return Counter(reject.reason for reject in self._by_line.values()).most_common(MAX_SHOWN)

    def write(self, folder: Path) -> Path | None:
        """Write the rows to `<file>.rejected.csv` with line and reason; None if there are none.

        A file of an earlier import of the same name is replaced, or removed.
        """
        path = folder / f"{self.file.removesuffix('.gz')}.rejected.csv"
        if not self._by_line:
            path.unlink(missing_ok=True)
            return None
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["line", "reason", *self.columns])
            for line in sorted(self._by_line):
                reject = self._by_line[line]
                writer.writerow([reject.line, reject.reason, *reject.values])
        return path
