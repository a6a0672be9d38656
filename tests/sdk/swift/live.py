"""The server that the live tests call, behind the edge, which speaks HTTP and JSON."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
READY_S = 180


class NotStartedError(Exception):
    """The server or the edge did not start; says what it printed."""


@contextmanager
def live_environment() -> Iterator[dict[str, str]]:
    """Run a server and an edge; give the environment that leads the tests there.

    Raises:
        NotStartedError: one did not start in time.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(_process(folder, "tests.sdk.live_server"))
        upstream = ("--upstream", server["endpoint"], "--port", "0")
        edge = stack.enter_context(_process(folder, "deploy.envoy.run", *upstream))
        yield {
            "SHORTLIST_URL": edge["url"],
            "SHORTLIST_API_KEY": server["api_key"],
            "SHORTLIST_USER": server["users"][0],
        }


@contextmanager
def _process(folder: Path, module: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """Run a module that writes a ready file; give what is in it."""
    ready, log = folder / f"{module}.json", folder / f"{module}.log"
    with log.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments, "--ready-file", str(ready)],
            cwd=ROOT,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + READY_S
        while not ready.is_file():
            if process.poll() is not None or time.monotonic() > deadline:
                raise NotStartedError(f"{module} did not start:\n{log.read_text()}")
            time.sleep(0.2)
        content: dict[str, Any] = json.loads(ready.read_text())
        yield content
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
