"""What all commands on a data directory share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import uvloop

from server.core.errors import ServerError
from server.observability.logs import configure_logs
from server.settings import Settings, load_settings


def command_parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that choose settings and data directory."""
    parser = argparse.ArgumentParser(prog=f"shortlist {name}", description=description)
    parser.add_argument("--config", type=Path, help="settings file (TOML)")
    parser.add_argument("--data-dir", type=Path, help="where everything is kept (default: data)")
    return parser


def run_command(
    options: argparse.Namespace,
    command: Callable[[Settings], Coroutine[Any, Any, int]],
    overrides: dict[str, Any] | None = None,
) -> int:
    """Run a command with its settings; a fault that it names becomes one line and status 2."""
    chosen = dict(overrides or {})
    if options.data_dir is not None:
        chosen["data_dir"] = options.data_dir
    try:
        settings = load_settings(options.config, chosen)
        configure_logs(settings.observability.logs)
        return uvloop.run(command(settings))
    except (ServerError, OSError) as error:
        print(f"shortlist: {error}", file=sys.stderr)
        return 2
