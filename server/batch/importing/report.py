"""What an import did, as values and as a table for the terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rich.table import Table

from server.batch.terminal import Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReport:
    """One file in one role; counts are of rows, for items and users of entities.

    Attributes:
        left_out: rows that the mapping's filters don't want. held_out: kept for evaluation.
        unused: rows that the hold-out protocol uses nowhere.
    """

    file: str
    role: str
    read: int
    written: int
    duplicates: int = 0
    left_out: int = 0
    held_out: int = 0
    unused: int = 0
    rejected: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedFile:
    """Refused rows of one file: where they were written, and what was wrong most often."""

    file: str
    path: Path
    count: int
    first: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did."""

    dataset: str
    parts: tuple[PartReport, ...]
    rejected: tuple[RejectedFile, ...] = ()
    seconds: float = 0.0
    event_rows: int = field(default=0)

    @property
    def held_out(self) -> int:
        return sum(part.held_out for part in self.parts)


def show(report: ImportReport, terminal: Terminal) -> None:
    """Print the summary: one line a file and role, then what was refused and where it lies."""
    table = Table(title=f"Imported {report.dataset}", title_justify="left")
    for name in ("file", "as"):
        table.add_column(name)
    numbers = ("rows", "written", "known before", "left out", "held out", "unused", "rejected")
    for name in numbers:
        table.add_column(name, justify="right")
    for part in report.parts:
        counts = (
            part.read,
            part.written,
            part.duplicates,
            part.left_out,
            part.held_out,
            part.unused,
            part.rejected,
        )
        table.add_row(part.file, part.role, *(f"{count:,}" if count else "-" for count in counts))
    terminal.console.print(table)
    for rejected in report.rejected:
        terminal.say(f"{rejected.file}: {rejected.count:,} rows rejected, see {rejected.path}")
        for line, reason in rejected.first:
            terminal.console.print(f"  line {line}: {reason}", highlight=False, markup=False)
    rate = report.event_rows / report.seconds if report.seconds else 0.0
    terminal.say(
        f"{report.event_rows:,} event rows in {report.seconds:.1f} s ({rate:,.0f} a second)"
    )
