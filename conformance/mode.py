"""What a mode of the runner is: something that runs cases one by one and says what came of each."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager
from typing import Protocol

from conformance.case import Case
from conformance.outcome import Outcome


class Mode(Protocol):
    """Runs cases against one target; `run` is called from several threads."""

    @property
    def target(self) -> str:
        """The target's name in reports and in the matrix (`server`, `go`, `typescript`)."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which cases it runs, by their modes: `SERVER`, `CLIENT`, `GOLDEN`."""

    def skips(self, case: Case) -> str:
        """Return why a case can't run here; empty: it can."""

    def run(self, case: Case) -> Outcome:
        """Run one case to its end; never raises."""


class ModeModule(Protocol):
    """A module with a mode: what the command line has of it, and what it opens."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the mode's arguments to the command line."""

    def open_targets(self, options: argparse.Namespace) -> AbstractContextManager[list[Mode]]:
        """Open the targets that the arguments name, none if they name none.

        What it opened is closed with the context. Client mode gives one for each program.
        """
