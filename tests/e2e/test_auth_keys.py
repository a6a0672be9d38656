"""API keys from the command line, in a server that runs."""

from __future__ import annotations

import json
import time

import pytest

from server.gen.shortlist.v1 import catalog_service_pb2 as catalog
from server.gen.shortlist.v1 import event_service_pb2 as events
from tests.e2e.harness.api_keys import by, create_key, revoke_key
from tests.e2e.harness.client import event
from tests.e2e.harness.config import PATIENT, patient_sources, write_config
from tests.e2e.harness.refusals import refusal_of, refused
from tests.e2e.harness.server_process import shortlist
from tests.e2e.harness.waiting import eventually

# The promise: within seconds.
SOON_S = 3.0


@pytest.fixture(scope="module")
def server(module_servers):
    """A server that had no keys when it started."""
    return module_servers.start(PATIENT, patient_sources(), anonymous=False)


def get_catalog(server, key):
    return server.client.catalog.GetCatalog(catalog.GetCatalogRequest(), metadata=by(key))


def reason(server, key):
    """Return why a key is refused; empty: it is not."""
    try:
        get_catalog(server, key)
    except Exception as error:
        return refusal_of(error).reason
    return ""


def test_without_keys_it_says_how_to_make_one_and_lets_nobody_in(server):
    (line,) = [line for line in server.log().splitlines() if "keys create" in line]
    assert "shortlist keys create --scope admin --config" in line
    assert f"--data-dir {server.data_dir}" in line
    found = refused(server.client.recommend)
    assert found.reason == "CREDENTIALS_MISSING"


def test_the_command_that_it_says_makes_a_key_that_works(server):
    (line,) = [line for line in server.log().splitlines() if "keys create" in line]
    done = shortlist(*line.partition("shortlist ")[2].split())
    assert done.returncode == 0, done.stderr
    key = done.stdout.strip()
    eventually(lambda: not reason(server, key), within_s=SOON_S)


def test_a_new_key_works_and_a_revoked_one_does_not_within_seconds(server):
    key, other = (create_key(server.data_dir, "partner") for _ in range(2))
    eventually(lambda: not reason(server, key), within_s=SOON_S)
    revoke_key(server.data_dir, key)
    eventually(lambda: reason(server, key) == "CREDENTIALS_INVALID", within_s=SOON_S)
    assert reason(server, other) == ""


def test_a_stream_that_is_open_ends_when_its_key_is_revoked(server):
    key = create_key(server.data_dir, "client", "--subject", "user:streamer")
    eventually(lambda: not reason(server, key), within_s=SOON_S)
    request = events.StreamEventsRequest

    def sent():
        yield request(event=event("click", "i001", user="streamer"))
        revoke_key(server.data_dir, key)
        eventually(lambda: reason(server, key) == "CREDENTIALS_INVALID", within_s=SOON_S)
        yield request(event=event("click", "i002", user="streamer"))

    stream = server.client.events.StreamEvents(sent(), metadata=by(key), timeout=30)
    assert next(stream).result.WhichOneof("outcome") == "accepted"
    found = refused(next, stream)
    assert (found.code, found.reason) == ("UNAUTHENTICATED", "CREDENTIALS_INVALID")


def test_a_key_expires_while_the_server_runs(server):
    key = create_key(server.data_dir, "admin", "--expires", "1m")
    eventually(lambda: not reason(server, key), within_s=SOON_S)
    # The command counts in minutes.
    path = server.data_dir / "api-keys.json"
    content = json.loads(path.read_text())
    content["keys"][-1]["expire_ms"] = int(time.time() * 1000) + 500
    path.write_text(json.dumps(content))
    eventually(lambda: reason(server, key) == "CREDENTIALS_EXPIRED", within_s=SOON_S)


def test_a_damaged_key_file_leaves_the_known_keys_in_force_and_is_logged(start_server):
    server = start_server(PATIENT, patient_sources(), anonymous=False)
    key = create_key(server.data_dir, "admin")
    eventually(lambda: not reason(server, key), within_s=SOON_S)
    path = server.data_dir / "api-keys.json"
    good = path.read_text()
    path.write_text(good[:-20])
    eventually(lambda: "API keys cannot be read" in server.log())
    time.sleep(1.2)
    assert reason(server, key) == ""
    assert server.log().count("API keys cannot be read") == 1
    path.write_text(good)
    other = create_key(server.data_dir, "admin")
    eventually(lambda: not reason(server, other), within_s=SOON_S)


FREE = ("--port", 0, "--metrics-port", 0)


def complaint(*arguments):
    """Return the one line of a server that cannot start."""
    done = shortlist("serve", *arguments, *FREE, timeout_s=60)
    assert done.returncode == 2, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("shortlist: ")]
    assert "Traceback" not in done.stderr
    return line


def test_a_server_does_not_start_on_a_damaged_key_file(tmp_path):
    (tmp_path / "api-keys.json").write_text("{")
    line = complaint("--data-dir", tmp_path)
    assert "api-keys.json" in line and "restore it" in line


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_anonymous_access_is_not_for_other_machines(tmp_path, host):
    line = complaint("--data-dir", tmp_path, "--anonymous", "--host", host)
    assert "gateway.auth.allow_remote_anonymous" in line and host in line


def test_settings_that_would_let_the_wrong_ones_in_are_refused(tmp_path):
    text = """
[gateway.auth]
mode = "open"
[gateway.auth.jwt]
keys = "http://id.example.com/keys"
issuer = "https://id.example.com"
audience = ["shortlist"]
[gateway.auth.rates.client]
serving = { per_s = -1, burst = 0 }
storage = { per_s = 1, burst = 1 }
"""
    path = write_config(tmp_path / "my.toml", text)
    done = shortlist("serve", "--config", path, "--data-dir", tmp_path / "data", *FREE)
    assert done.returncode == 2
    for key, words in {
        "gateway.auth.mode": "'required'",
        "gateway.auth.jwt": "https address",
        "gateway.auth.rates.client.serving.per_s": "0",
        "gateway.auth.rates.client.serving.burst": "1",
    }.items():
        assert any(key in line and words in line for line in done.stderr.splitlines()), key


def test_keys_are_made_listed_and_revoked_before_there_is_a_server(tmp_path):
    data_dir = tmp_path / "new" / "data"
    key = create_key(data_dir, "partner", "--name", "shop backend")
    listed = shortlist("keys", "list", "--data-dir", data_dir).stdout
    assert key.split("_")[1] in listed and "shop backend" in listed and key not in listed
    revoke_key(data_dir, key)
    assert "revoked" in shortlist("keys", "list", "--data-dir", data_dir).stdout
