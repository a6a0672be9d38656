"""What a mode of the runner is: something that runs cases one by one and says what came of each."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from conformance.case import Case
from conformance.outcome import Outcome


class TargetError(RuntimeError):
    """A target that the arguments name can't be opened."""


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


# Adds the mode's arguments to the command line.
AddArguments = Callable[[argparse.ArgumentParser], None]
# Opens the targets that the arguments name, none if they name none; what it opened is closed with
# the context. Client mode gives one for each program.
OpenTargets = Callable[[argparse.Namespace], AbstractContextManager[list[Mode]]]
