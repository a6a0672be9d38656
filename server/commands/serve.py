"""`shortlist serve`: the gRPC server of one data directory."""

from __future__ import annotations

import asyncio
import gc
import shlex
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from server.commands.options import command_parser, run_command
from server.settings import Settings
from server.storage.data_directory import DataDirectory
from server.wiring.application import open_application


def main(argv: list[str]) -> int:
    """Serve until SIGTERM or SIGINT; return 2 if the server cannot start."""
    parser = command_parser("serve", __doc__)
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on, 0 for any (default: 50051)")
    parser.add_argument(
        "--anonymous",
        action="store_true",
        help="ask nobody for credentials: for trying things out, on this machine only",
    )
    parser.add_argument("--metrics-port", type=int, help="Prometheus port, 0 for any")
    parser.add_argument(
        "--ready-file", type=Path, help="write the two ports there, a line each, when listening"
    )
    options = parser.parse_args(argv)

    async def serve(settings: Settings) -> int:
        await _serve(settings, options)
        return 0

    return run_command(options, serve, _overrides(options))


async def _serve(settings: Settings, options: Namespace) -> None:
    ready_file: Path | None = options.ready_file
    # A server of the same data has the usual ports too, which would be named in its place.
    DataDirectory.lock(settings.data_dir).release()
    async with open_application(settings) as application:
        # What was opened stays: collections need not look at it again while requests wait.
        gc.collect()
        gc.freeze()
        host = settings.gateway.host
        print(f"serving on {host}:{application.port}", file=sys.stderr, flush=True)
        if application.is_closed:
            print(_how_to_open(options), file=sys.stderr, flush=True)
        if ready_file is not None:
            ports = f"{application.port}\n{application.metrics_port or ''}\n"
            await asyncio.to_thread(_write_at_once, ready_file, ports)
        await application.serve_until_signalled()


def _how_to_open(options: Namespace) -> str:
    chosen = {"--config": options.config, "--data-dir": options.data_dir}
    same = "".join(f" {name} {shlex.quote(str(path))}" for name, path in chosen.items() if path)
    return f"nobody can call yet: make an API key with: shortlist keys create --scope admin{same}"


def _write_at_once(path: Path, text: str) -> None:
    """Write a file that no reader ever sees half of."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text)
    partial.replace(path)


def _overrides(options: Namespace) -> dict[str, Any]:
    gateway = {"host": options.host, "port": options.port}
    metrics = {"port": options.metrics_port}
    auth = {"auth": {"mode": "anonymous"}} if options.anonymous else {}
    return {
        "gateway": {key: value for key, value in gateway.items() if value is not None} | auth,
        "observability": {
            "metrics": {key: value for key, value in metrics.items() if value is not None}
        },
    }
