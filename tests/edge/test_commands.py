"""The commands that run an edge: alone, and with a server."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.envoy.options import add_options, settings_of
from deploy.envoy.serve import with_keys
from tests.e2e.harness.server_process import shortlist
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


def test_serve_counts_by_the_servers_api_keys(shop_data, tmp_path):
    """Also by one that is made while both run."""
    data = tmp_path / "data"
    shutil.copytree(shop_data, data)
    limits = tmp_path / "edge.toml"
    limits.write_text("[limits]\nper_caller_rate = 1\nper_caller_burst = 2\n")
    process, ready = start(
        tmp_path,
        "deploy.envoy.serve",
        *("--config", limits, "--", "--data-dir", data, "--metrics-port", "0"),
    )
    try:
        port = urlsplit(ready["url"]).port
        assert get(port, "/v1/trending").reason == "CREDENTIALS_MISSING"
        key = partner_key(data)
        wait_for(lambda: get(port, "/v1/trending", x_api_key=key).status == 200)
        replies = [get(port, "/v1/trending", x_api_key=key) for _ in range(10)]
        refused = next(each for each in replies if each.status == 429)
        assert f"key:{key.split('_')[1]}" in refused.body.decode()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0


def partner_key(data):
    """Make a key, and return it."""
    done = shortlist("keys", "create", "--scope", "partner", "--data-dir", data)
    return done.stdout.strip()


def wait_for(happens):
    """Return once something is so."""
    deadline = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(1.1)


@pytest.mark.parametrize(
    ("own", "server", "keys"),
    [
        ([], [], "data/api-keys.json"),
        ([], ["--data-dir", "shop", "--port", "1"], "shop/api-keys.json"),
        ([], ["--anonymous"], None),
        ([], ["--config", "anonymous.toml"], None),
        ([], ["--config", "elsewhere.toml"], "/keys.json"),
        (["--keys", "own.json"], [], "own.json"),
        (["--keys", "own.json"], ["--anonymous"], "own.json"),
    ],
)
def test_serve_looks_keys_up_where_the_server_does(tmp_path, monkeypatch, own, server, keys):
    monkeypatch.chdir(tmp_path)
    Path("anonymous.toml").write_text('[gateway.auth]\nmode = "anonymous"\n')
    Path("elsewhere.toml").write_text('[gateway.auth]\nkey_file = "/keys.json"\n')
    parser = argparse.ArgumentParser()
    add_options(parser)
    edge = settings_of(parser.parse_args(["--upstream", "127.0.0.1:1", *own]))
    found = with_keys(edge, server).auth.keys
    assert found == (None if keys is None else Path(keys))


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
    command += ["--port", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "none.json" in done.stderr


def refused(*arguments):
    """Run an edge that cannot start; return what it says, one line a fault."""
    command = [sys.executable, "-m", "deploy.envoy.run", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr.removeprefix("edge: ").splitlines()


def test_a_port_that_another_edge_has_is_refused(edge):
    """Envoy would share it with the other, and callers would get either."""
    (said,) = refused("--upstream", "127.0.0.1:1", "--port", edge.port)
    assert said.startswith(f"127.0.0.1:{edge.port}: Address already in use; choose another")


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    folder = tmp_path / "none"
    (said,) = refused("--upstream", "127.0.0.1:1", "--port", 0, "--static", folder)
    assert said.startswith(f"{folder}: is no folder")


def test_each_fault_of_the_settings_is_a_line_with_its_key(tmp_path):
    path = tmp_path / "edge.toml"
    path.write_text('prt = 1\n[limits]\ntotal_rat = 1\n[[upstreams]]\nendpoints = ["50051"]\n')
    assert sorted(refused("--config", path)) == [
        f"{path}: limits.total_rat: no such key; docs/edge.md has them",
        f"{path}: prt: no such key; docs/edge.md has them",
        f"{path}: upstreams.0.endpoints: '50051' is no HOST:PORT",
    ]
    path.write_text("port =")
    assert refused("--config", path)[0].startswith(f"{path}: not TOML: ")
    assert refused("--config", tmp_path / "none.toml")[0].endswith(
        "none.toml: cannot be read (No such file or directory)"
    )
    assert refused()[0].startswith("name a server: --upstream HOST:PORT")


def test_serve_says_that_the_server_has_ended(shop_data, tmp_path):
    shutil.copytree(shop_data, tmp_path / "data")
    process, _ = start(
        tmp_path,
        "deploy.envoy.serve",
        *("--", "--anonymous", "--data-dir", tmp_path / "data", "--metrics-port", "0"),
    )
    server = next(
        pid
        for pid in children(process.pid)
        if b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    )
    os.kill(server, signal.SIGKILL)
    assert process.wait(20) == 1
    assert "edge: the server ended with -9" in (tmp_path / "log").read_text()
