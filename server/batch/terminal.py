"""What commands print: bars where someone watches, plain lines where output goes to a file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Advance: TypeAlias = Callable[[int], None]
_LINE_INTERVAL_S = 5.0
_PIPE_WIDTH = 120


class Terminal:
    """A console with progress; on a pipe, progress is a line every few seconds."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or _console()

    def say(self, text: str) -> None:
        """Print one line of marked-up text."""
        self.console.print(text, highlight=False)

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Advance]:
        """Show how much of `total` is done; the block calls the function with each advance."""
        if not self.console.is_terminal:
            yield _PlainProgress(self, label, total).advance
            return
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as bar:
            task = bar.add_task(label, total=total)
            yield lambda count: bar.advance(task, count)


def _console() -> Console:
    """The terminal's own width; on a pipe wide enough for tables, unless COLUMNS says otherwise."""
    console = Console()
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(width=_PIPE_WIDTH)


class _PlainProgress:
    """Prints a line when enough time has passed."""

    def __init__(self, terminal: Terminal, label: str, total: int) -> None:
        self._terminal = terminal
        self._label = label
        self._total = total
        self._done = 0
        self._next_s = time.monotonic() + _LINE_INTERVAL_S

    def advance(self, count: int) -> None:
        self._done += count
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + _LINE_INTERVAL_S
            self._terminal.say(f"  {self._label}: {self._done:,} of {self._total:,}")
