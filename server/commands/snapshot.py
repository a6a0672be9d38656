"""`shortlist snapshot`: what training reads, out of the log; works beside a running server."""

from __future__ import annotations

from pathlib import Path

from server.batch.snapshot import write_snapshot
from server.commands.options import command_parser, run_command
from server.settings import Settings
from server.wiring.batch_stores import open_batch_stores


def main(argv: list[str]) -> int:
    """Write a training snapshot and print its folder."""
    parser = command_parser("snapshot", __doc__)
    parser.add_argument("--out", type=Path, help="folder to write (default: in the data directory)")
    options = parser.parse_args(argv)

    async def run(settings: Settings) -> int:
        async with open_batch_stores(settings, read_only=True) as stores:
            report = await write_snapshot(stores, folder=options.out)
        print(
            f"{report.folder}: {report.event_rows:,} event rows up to offset {report.watermark}, "
            f"{report.items:,} items, {report.users:,} profiles"
        )
        return 0

    return run_command(options, run)
