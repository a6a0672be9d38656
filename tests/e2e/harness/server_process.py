"""The command line and the real server as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.harness.client import Client

ROOT = Path(__file__).resolve().parent.parent.parent.parent
START_S, STOP_S = 60.0, 40.0


def shortlist(*arguments: object, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        _command(arguments), cwd=ROOT, capture_output=True, text=True, timeout=timeout_s
    )


def _command(arguments: Sequence[object]) -> list[str]:
    return [sys.executable, "-m", "server", *map(str, arguments)]


class ServerProcess:
    """`shortlist serve` on free ports; what it logs goes to a file beside its settings."""

    def __init__(
        self,
        data_dir: Path,
        *,
        config: Path,
        wrapper: Sequence[str] = (),
        port: int = 0,
        anonymous: bool = True,
    ) -> None:
        """Start it, and wait until it listens.

        Args:
            wrapper: words before the command, such as one that enters a namespace.
            anonymous: False: callers must present what its settings ask for.
        """
        self.data_dir = data_dir
        self.log_path = config.with_suffix(".log")
        self._ready = config.with_suffix(".ready")
        options = ["serve", "--data-dir", data_dir, "--config", config]
        options += ["--port", port, "--metrics-port", 0, "--ready-file", self._ready]
        options += ["--anonymous"] if anonymous else []
        self._client: Client | None = None
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [*wrapper, *_command(options)], cwd=ROOT, stdout=log, stderr=log, env=os.environ
            )
        try:
            self.port, self.metrics_port = self._ports()
        except BaseException:
            self.kill()
            raise

    @property
    def client(self) -> Client:
        """A client that lives as long as the server."""
        if self._client is None:
            self._client = Client(self.port)
        return self._client

    @property
    def pid(self) -> int:
        return self.process.pid

    def log(self) -> str:
        """Return what this process has logged."""
        return self.log_path.read_text("utf-8", "replace")

    def metrics(self) -> str:
        """Return the Prometheus page."""
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10
        ) as page:
            return page.read().decode()

    def stop(self) -> int:
        """Ask it to drain, and return its exit status."""
        self._close_client()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Return the exit status when it has ended."""
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._close_client()
        self.process.kill()
        self.process.wait()

    def _close_client(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _ports(self) -> tuple[int, int]:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._ready.exists():
                port, metrics_port = self._ready.read_text().splitlines()
                return int(port), int(metrics_port)
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended at once:\n{self.log()}")
            time.sleep(0.02)
        raise AssertionError(f"the server did not start:\n{self.log()}")
