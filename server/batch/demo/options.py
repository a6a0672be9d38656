"""What `shortlist demo` can be told."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from server.batch.mapping.recognise import AUTO
from server.batch.simulation.world import SIZES


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """The demonstration's choices.

    Attributes:
        data: folder of a real data set; None: a simulated world.
        size: of the simulated world; `small` also measures on fewer users.
        exits: end by itself instead of serving until it is stopped.
    """

    data: Path | None
    layout: str
    size: str
    exits: bool
    data_dir: Path
    output: Path

    @property
    def measured_users(self) -> int:
        """Return on how many users at most the slates are measured."""
        return 500 if self.size == "small" else 3_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("--data", type=Path, default=None, help="folder of a real data set")
    parser.add_argument("--layout", default=AUTO, help="of that folder, as in `shortlist import`")
    parser.add_argument("--size", choices=sorted(SIZES), default="default", help="(%(default)s)")
    parser.add_argument("--exit", action="store_true", help="end when everything was shown")
    parser.add_argument(
        "--output", type=Path, default=Path("build"), help="folder of data and results"
    )


def options_of(args: argparse.Namespace, data_dir: Path | None = None) -> DemoOptions:
    """Return the choices; without a data directory, each data set has its own under `--output`."""
    name = f"simulated-{args.size}" if args.data is None else args.data.resolve().name
    return DemoOptions(
        data=args.data,
        layout=args.layout,
        size=args.size,
        exits=args.exit,
        data_dir=data_dir or args.output / "demo" / name,
        output=args.output,
    )
