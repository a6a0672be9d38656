"""`shortlist import`: items, users and events from files into a data directory."""

from __future__ import annotations

import sys
from pathlib import Path

from server.batch.importing.importer import import_folder
from server.batch.importing.report import show
from server.batch.mapping.recognise import AUTO, find_mapping
from server.batch.terminal import Terminal
from server.commands.options import command_parser, run_command
from server.settings import Settings
from server.wiring.batch_stores import open_batch_stores


def main(argv: list[str]) -> int:
    """Import a folder; rejected rows are reported and written aside, and end nothing."""
    parser = command_parser("import", __doc__)
    parser.add_argument("folder", type=Path, help="folder that holds the files")
    parser.add_argument(
        "--layout", default=AUTO, help="auto, a known layout, or a mapping file (docs/data.md)"
    )
    parser.add_argument(
        "--hold-out", action="store_true", help="keep the events of the layout's test part aside"
    )
    options = parser.parse_args(argv)

    async def run(settings: Settings) -> int:
        mapping = find_mapping(options.folder, options.layout)
        terminal = Terminal()
        async with open_batch_stores(settings) as stores:
            report = await import_folder(
                options.folder, mapping, stores, hold_out=options.hold_out, terminal=terminal
            )
        show(report, terminal)
        rejected = sum(each.count for each in report.rejected)
        if rejected:
            print(f"shortlist import: {rejected:,} rows rejected, see above", file=sys.stderr)
        return 0

    return run_command(options, run)
