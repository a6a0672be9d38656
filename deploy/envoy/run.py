"""Runs the edge in front of a server until it is told to stop.

    python -m deploy.envoy.run --upstream 127.0.0.1:50051 --port 8080

With `--ready-file`, a JSON object with the edge's `url` is written once it answers.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from types import FrameType

from deploy.envoy.binary import EnvoyNotFoundError, envoy_binary
from deploy.envoy.bootstrap import LISTENER, bootstrap, to_json
from deploy.envoy.contract import load_contract
from deploy.envoy.options import add_options, settings_of
from deploy.envoy.settings import EdgeSettings

_START_S = 20.0
_STOP_S = 10.0


class EdgeFailedError(Exception):
    """Envoy ended, or did not answer in time; says what it printed last."""


class Edge:
    """An Envoy process in front of servers."""

    def __init__(self, settings: EdgeSettings, descriptors: Path, folder: Path) -> None:
        """Start it; what it logs goes to `folder/envoy.log`.

        Raises:
            EdgeFailedError, EnvoyNotFoundError.
        """
        _check(settings)
        self.log_path = folder / "envoy.log"
        self._admin_file = folder / "admin"
        config = folder / "envoy.json"
        config.write_text(to_json(bootstrap(load_contract(descriptors), settings)))
        command = [str(envoy_binary()), "-c", str(config), "--disable-hot-restart"]
        command += ["--concurrency", str(settings.workers), "--log-level", "warning"]
        command += ["--admin-address-path", str(self._admin_file), "--drain-time-s", "5"]
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            self.port = self._port()
        except BaseException:
            self.stop()
            raise
        scheme = "https" if settings.tls else "http"
        host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host
        self.url = f"{scheme}://{host}:{self.port}"

    @property
    def admin_url(self) -> str:
        """Where statistics are, on loopback."""
        return f"http://{self._admin_file.read_text().strip()}"

    def stop(self) -> None:
        """End the process: at once for new connections, and soon for open ones."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _port(self) -> int:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise EdgeFailedError(f"envoy ended at once:\n{self._log_end()}")
            try:
                if self._get("/ready").startswith(b"LIVE"):
                    return self._listening_on()
            except (OSError, ValueError):
                # Not there yet: no address, no connection, or 503 until it is live.
                pass
            time.sleep(0.05)
        raise EdgeFailedError(f"envoy did not start in {_START_S:.0f} s:\n{self._log_end()}")

    def _listening_on(self) -> int:
        listeners = json.loads(self._get("/listeners?format=json"))
        mine = next(each for each in listeners["listener_statuses"] if each["name"] == LISTENER)
        return int(mine["local_address"]["socket_address"]["port_value"])

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.admin_url + path, timeout=2) as page:
            content: bytes = page.read()
        return content

    def _log_end(self) -> str:
        return self.log_path.read_text("utf-8", "replace")[-4000:]


def _check(settings: EdgeSettings) -> None:
    """Refuse what Envoy would start with all the same.

    It shares a port with another Envoy of the same user without a word, and callers would get
    either.

    Raises:
        EdgeFailedError: the port is in use, or there is no such folder to serve.
    """
    if settings.static is not None and not settings.static.is_dir():
        raise EdgeFailedError(f"{settings.static}: is no folder; `static` names the one to serve")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # What has just been closed is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise EdgeFailedError(
                f"{settings.host}:{settings.port}: {error.strerror}; "
                "choose another address with --host and --port (0: any port that is free)"
            ) from error


def main(argv: list[str] | None = None) -> int:
    """Run the edge; return 0 when it was told to stop, 1 if it failed."""
    parser = argparse.ArgumentParser(prog="python -m deploy.envoy.run", description=__doc__)
    add_options(parser)
    parser.add_argument("--ready-file", type=Path, help="written once the edge answers")
    options = parser.parse_args(argv)
    stop_by_interrupt(signal.SIGTERM, signal.SIGINT)
    with tempfile.TemporaryDirectory(prefix="edge-") as folder:
        edge = None
        try:
            edge = Edge(settings_of(options), options.descriptors, Path(folder))
            announce(edge, options.ready_file)
            edge.process.wait()
        except (EdgeFailedError, EnvoyNotFoundError, ValueError) as error:
            print(f"edge: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 0
        finally:
            if edge is not None:
                edge.stop()
        print(f"edge: envoy ended with {edge.process.returncode}", file=sys.stderr)
        return 1


def announce(edge: Edge, ready_file: Path | None) -> None:
    print(f"edge at {edge.url}", flush=True)
    if ready_file is not None:
        # A reader never sees half of it.
        scratch = ready_file.with_name(f"{ready_file.name}.{os.getpid()}")
        scratch.write_text(json.dumps({"url": edge.url, "admin_url": edge.admin_url}) + "\n")
        scratch.replace(ready_file)


def stop_by_interrupt(*signals: int) -> None:
    """Let these signals raise KeyboardInterrupt, so that what runs is stopped on the way out."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for each in signals:
        signal.signal(each, interrupt)


if __name__ == "__main__":
    sys.exit(main())
