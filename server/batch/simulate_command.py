"""`shortlist simulate`: a world with known truth, as data to try everything on."""

from __future__ import annotations

import argparse

from server.batch.simulation.simulate import SimulationReport, simulate
from server.batch.simulation.world import SIZES
from server.batch.stores import Stores
from server.batch.terminal import Terminal
from server.core.clock import Clock, WallClock

DEFAULT_SEED = 7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("--size", choices=sorted(SIZES), default="default", help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="(%(default)s)")
    parser.add_argument(
        "--hold-out",
        action="store_true",
        help="keep the last two days out of the log, for `shortlist evaluate`",
    )


async def run(
    args: argparse.Namespace,
    stores: Stores,
    terminal: Terminal | None = None,
    clock: Clock | None = None,
) -> SimulationReport:
    """Simulate and print a summary.

    Raises:
        ArtifactError: the data directory holds other data.
        StorageFullError, UnavailableError.
    """
    terminal = terminal or Terminal()
    report = await simulate(
        stores,
        size=args.size,
        seed=args.seed,
        now_ms=(clock or WallClock()).now_ms(),
        hold_out=args.hold_out,
        terminal=terminal,
    )
    show(report, terminal)
    return report


def show(report: SimulationReport, terminal: Terminal) -> None:
    """Print what was written."""
    rows = ", ".join(f"{count:,} {name}" for name, count in report.rows.items())
    terminal.say(
        f"simulated {report.users:,} users, {report.items:,} items and {report.events:,} events "
        f"(items in them: {rows}) in {report.seconds:.1f} s"
    )
    if report.duplicates:
        terminal.say(f"{report.duplicates:,} of the events were there already")
    if report.held_out:
        terminal.say(f"{report.held_out:,} events of the last two days are held out")
