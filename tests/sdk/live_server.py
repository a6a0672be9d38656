"""The real server with a small simulated shop, for the client packages' own tests.

`python -m tests.sdk.live_server --ready-file F` writes JSON to F when the server answers, and ends
with SIGTERM or SIGINT:

    {"endpoint": "127.0.0.1:41713", "host": "127.0.0.1", "port": 41713, "metrics_port": 41714,
     "api_key": "...", "api_keys": {"client": "...", "partner": "...", "admin": "..."},
     "users": ["u000", ...], "items": ["i000", ...], "surfaces": ["home", ...],
     "trained": false, "pid": 4242}

`api_key` may do everything; the client key acts for the first of the users. Without `--secure`
nobody is asked for a key.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from server.commands.keys import main as keys_command
from tests.e2e.harness.config import PATIENT, patient_sources, write_config
from tests.e2e.harness.server_process import ServerProcess, shortlist
from tests.e2e.harness.surfaces import SURFACES
from tests.e2e.harness.world import World, make_world, write_csv

# `brief` is a surface whose page tokens live for a second.
SURFACE_NAMES = ("home", "similar", "trending", "explore", "brief")
SAMPLE_USERS, SAMPLE_ITEMS = 50, 50


@dataclass(frozen=True)
class LiveServer:
    """A running server and what is in it."""

    process: ServerProcess
    world: World
    api_keys: dict[str, str]
    trained: bool

    def describe(self) -> dict[str, object]:
        """Return what clients need to know, as the ready file has it."""
        return {
            "endpoint": f"127.0.0.1:{self.process.port}",
            "host": "127.0.0.1",
            "port": self.process.port,
            "metrics_port": self.process.metrics_port,
            "api_key": self.api_keys["admin"],
            "api_keys": self.api_keys,
            "users": self.world.users[:SAMPLE_USERS],
            "items": [item.item_id for item in self.world.items[:SAMPLE_ITEMS]],
            "surfaces": list(SURFACE_NAMES),
            "trained": self.trained,
            "pid": self.process.pid,
        }


@contextmanager
def live_server(folder: Path, *, train: bool = False, secure: bool = False) -> Iterator[LiveServer]:
    """Import the shop into a folder, serve it, and stop the server at the end.

    Args:
        train: train models first; without, slates come from counts and similarities alone.
        secure: ask for credentials.
    """
    world, data_dir = make_world(), folder / "data"
    files = folder / "files"
    files.mkdir(parents=True)
    _run("import", files, "--layout", write_csv(world, files), "--data-dir", data_dir)
    if train:
        _train(data_dir)
    keys = _keys(data_dir, world.users[0])
    config = write_config(folder / "settings.toml", PATIENT, patient_sources(), SURFACES)
    process = ServerProcess(data_dir, config=config, anonymous=not secure)
    try:
        yield LiveServer(process, world, keys, train)
    finally:
        process.stop()


def _keys(data_dir: Path, user: str) -> dict[str, str]:
    made = {}
    for scope in ("client", "partner", "admin"):
        subject = ["--subject", f"user:{user}"] if scope == "client" else []
        with redirect_stdout(io.StringIO()) as key, redirect_stderr(io.StringIO()):
            status = keys_command(
                ["create", "--scope", scope, *subject, "--data-dir", str(data_dir)]
            )
        if status:
            raise SystemExit(f"no API key of scope {scope}")
        made[scope] = key.getvalue().strip()
    return made


def _train(data_dir: Path) -> None:
    _run("snapshot", "--data-dir", data_dir)
    snapshot = max((data_dir / "snapshots").iterdir())
    _run("train", "--snapshot", snapshot, "--models", data_dir / "models", "--recipe", "tiny")


def _run(*arguments: object) -> None:
    done = shortlist(*arguments)
    if done.returncode:
        raise SystemExit(f"{arguments[0]}: {done.stdout}\n{done.stderr}")


def main(argv: list[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="tests.sdk.live_server", description=__doc__)
    parser.add_argument("--ready-file", type=Path, required=True)
    parser.add_argument("--train", action="store_true", help="train models first (a minute)")
    parser.add_argument("--secure", action="store_true", help="ask for credentials")
    options = parser.parse_args(argv)
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    with (
        tempfile.TemporaryDirectory(prefix="live-server-") as folder,
        live_server(Path(folder), train=options.train, secure=options.secure) as server,
    ):
        _write_whole(options.ready_file, json.dumps(server.describe()))
        # The server may end by itself, which is a failure whoever waits should see.
        while not done.wait(0.2):
            if server.process.process.poll() is not None:
                print(server.process.log(), file=sys.stderr)
                return 1
    return 0


def _write_whole(path: Path, text: str) -> None:
    """Write a file that is never seen half written."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)


if __name__ == "__main__":
    raise SystemExit(main())
