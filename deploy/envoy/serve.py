"""Runs a server and the edge in front of it; when one ends, or on a signal, both end.

    python -m deploy.envoy.serve --port 8080 --static site -- --config my.toml --data-dir data

What follows `--` is for `shortlist serve`, which listens on a free port of its own. Unless
that asks nobody for credentials, the edge checks API keys by its file, or the one it is given.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.envoy.binary import EnvoyNotFoundError
from deploy.envoy.options import add_options, settings_of
from deploy.envoy.run import Edge, EdgeFailedError, announce, stop_by_interrupt
from deploy.envoy.settings import EdgeSettings
from server.commands.options import command_parser
from server.settings import load_settings

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
            settings = with_keys(settings_of(options), options.server)
            edge = Edge(settings, options.descriptors, Path(folder))
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


def with_keys(edge: EdgeSettings, server: Sequence[str]) -> EdgeSettings:
    """Let the edge look up API keys where a server with these options does, if nothing else is set.

    The file need not exist yet: both look again.
    """
    parser = command_parser("serve", None)
    parser.add_argument("--anonymous", action="store_true")
    options, _ = parser.parse_known_args(server)
    chosen = {} if options.data_dir is None else {"data_dir": options.data_dir}
    settings = load_settings(options.config, chosen)
    auth = settings.gateway.auth
    if edge.auth.keys is not None or options.anonymous or auth.mode == "anonymous":
        return edge
    keys = settings.data_dir / auth.key_file
    return edge.model_copy(update={"auth": edge.auth.model_copy(update={"keys": keys})})


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
