"""`shortlist simulate`: a world with known truth, as data to try everything on."""

from __future__ import annotations

from server.batch.simulate_command import add_arguments, run
from server.commands.options import command_parser, run_command
from server.settings import Settings
from server.wiring.batch_stores import open_batch_stores


def main(argv: list[str]) -> int:
    """Simulate into a data directory."""
    parser = command_parser("simulate", __doc__)
    add_arguments(parser)
    options = parser.parse_args(argv)

    async def simulate(settings: Settings) -> int:
        async with open_batch_stores(settings) as stores:
            await run(options, stores)
        return 0

    return run_command(options, simulate)
