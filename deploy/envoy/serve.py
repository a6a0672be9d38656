"""Runs a server and the edge in front of it; when one ends, or on a signal, both end.

    python -m deploy.envoy.serve --port 8080 --static site -- --config my.toml --data-dir data

What follows `--` is for `shortlist serve`, which listens on a free port of its own.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deploy.envoy.binary import EnvoyNotFoundError
from deploy.envoy.options import add_options, settings_of
from deploy.envoy.run import Edge, EdgeFailedError, announce, stop_by_interrupt

_START_S = 600.0  # a server that replays a long log takes its time
_POLL_S = 0.1


class ServerFailedError(Exception):
    """The server ended before it answered; its own messages say why."""


def main(argv: list[str] | None = None) -> int:
    """Run both; return 0 when told to stop, 1 if one of them ended by itself."""
    parser = argparse.ArgumentParser(prog="python -m deploy.envoy.serve", description=__doc__)
    add_options(parser)
    parser.add_argument("--ready-file", type=Path, help="written once the edge answers")
    parser.add_argument("server", nargs="*", help="options of `shortlist serve`, after --")
    options = parser.parse_args(argv)
    stop_by_interrupt(signal.SIGTERM, signal.SIGINT)
    server: subprocess.Popen[bytes] | None = None
    edge: Edge | None = None
    with tempfile.TemporaryDirectory(prefix="edge-") as folder:
        try:
            server = _start_server(options.server, Path(folder))
            options.upstream = [_address(server, Path(folder))]
            edge = Edge(settings_of(options), options.descriptors, Path(folder))
            announce(edge, options.ready_file)
            while server.poll() is None and edge.process.poll() is None:
                time.sleep(_POLL_S)
            ended = f"the server ended with {server.poll()}"
            if server.poll() is None:
                ended = f"envoy ended with {edge.process.poll()}"
            print(f"edge: {ended}", file=sys.stderr)
            return 1
        except (EdgeFailedError, EnvoyNotFoundError, ServerFailedError, ValueError) as error:
            print(f"edge: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 0
        finally:
            # A second signal must not leave one of them behind.
            for each in (signal.SIGTERM, signal.SIGINT):
                signal.signal(each, signal.SIG_IGN)
            _stop(edge, server)


def _start_server(options: list[str], folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "server", "serve", "--port", "0", *options]
    command += ["--ready-file", str(folder / "server")]
    # A group of its own: an interrupt at the terminal reaches it through us, once.
    return subprocess.Popen(command, process_group=0)


def _address(server: subprocess.Popen[bytes], folder: Path) -> str:
    """Return where the server answers, once it does."""
    ready, deadline = folder / "server", time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if ready.exists():
            return f"127.0.0.1:{ready.read_text().split()[0]}"
        if server.poll() is not None:
            raise ServerFailedError(f"the server ended with {server.returncode}")
        time.sleep(_POLL_S)
    raise ServerFailedError(f"the server did not answer in {_START_S:.0f} s")


def _stop(edge: Edge | None, server: subprocess.Popen[bytes] | None) -> None:
    if edge is not None:
        edge.stop()
    if server is not None and server.poll() is None:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    sys.exit(main())
