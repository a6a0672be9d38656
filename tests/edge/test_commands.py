"""The commands that run an edge: alone, and with a server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.edge.harness import get

ROOT = Path(__file__).resolve().parents[2]


def start(tmp_path, module, *arguments):
    """Start a command; return its process and what its ready file says."""
    ready = tmp_path / "ready"
    command = [sys.executable, "-m", module, "--port", "0", "--ready-file", str(ready)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *map(str, arguments)], cwd=ROOT, stdout=log, stderr=log
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not ready.exists():
        if process.poll() is not None:
            raise AssertionError((tmp_path / "log").read_text())
        time.sleep(0.05)
    return process, json.loads(ready.read_text())


def children(pid):
    """Return the processes that a process has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_ends_envoy_with_itself(open_server, tmp_path, number):
    process, ready = start(
        tmp_path, "deploy.envoy.run", "--upstream", f"127.0.0.1:{open_server.port}"
    )
    port = urlsplit(ready["url"]).port
    assert get(port, "/v1/trending").status == 200
    started = children(process.pid)
    assert len(started) == 1
    process.send_signal(number)
    assert process.wait(20) == 0
    assert not any(is_running(pid) for pid in started)


def test_serve_runs_both_and_ends_both(shop_data, tmp_path):
    import shutil

    shutil.copytree(shop_data, tmp_path / "data")
    process, ready = start(
        tmp_path,
        "deploy.envoy.serve",
        *("--", "--anonymous", "--data-dir", tmp_path / "data", "--metrics-port", "0"),
    )
    port = urlsplit(ready["url"]).port
    assert get(port, "/v1/trending").status == 200
    started = children(process.pid)
    assert len(started) == 2
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    assert not any(is_running(pid) for pid in started)


def test_serve_ends_when_the_server_cannot_start(tmp_path):
    command = [sys.executable, "-m", "deploy.envoy.serve", "--port", "0", "--"]
    done = subprocess.run(
        [
            *command,
            "--data-dir",
            str(tmp_path / "nothing"),
            "--config",
            str(tmp_path / "none.toml"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "the server ended with" in done.stderr


def test_a_file_that_is_missing_is_said_in_one_line(tmp_path):
    command = [sys.executable, "-m", "deploy.envoy.run", "--upstream", "127.0.0.1:1"]
    command += ["--jwks", str(tmp_path / "none.json"), "--issuer", "i", "--audience", "a"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "none.json" in done.stderr
