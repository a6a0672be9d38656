"""Bad beginnings: exit status 2 and one line that names file, key and remedy."""

from __future__ import annotations

import shutil
import socket
import sqlite3

import pytest

from tests.e2e.harness.config import write_config
from tests.e2e.harness.server_process import shortlist

FREE = ("--port", 0, "--metrics-port", 0)


def complaint(*arguments):
    """Run a command that must fail, and return its one line."""
    done = shortlist(*arguments, timeout_s=60)
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert len(lines) == 1, done.stderr
    return lines[0]


def serving(tmp_path, *config, data_dir=None):
    """Return what `shortlist serve` complains of with some settings."""
    path = write_config(tmp_path / "my.toml", *config)
    data_dir = data_dir or tmp_path / "data"
    return complaint("serve", "--config", path, "--data-dir", data_dir, *FREE)


FAULTY = """
keepalive_s = 3
[gatway]
port = 1
[gateway]
prot = 1
keepalive_s = 1
drain_s = "soon"
[surfaces.home.rules.sale]
kind = "lift"
"""


def test_every_typo_in_the_settings_is_a_line_with_its_remedy(tmp_path):
    path = write_config(tmp_path / "my.toml", FAULTY)
    done = shortlist("serve", "--config", path, "--data-dir", tmp_path / "data", *FREE)
    lines = done.stderr.strip().removeprefix("shortlist: ").splitlines()
    assert done.returncode == 2
    assert all(line.startswith(f"{path}: ") for line in lines), lines
    said = dict(line.removeprefix(f"{path}: ").split(": ", 1) for line in lines)
    for key, words in {
        "keepalive_s": ["no such key"],
        "gatway": ["did you mean 'gateway'"],
        "gateway.prot": ["did you mean 'port'"],
        "gateway.keepalive_s": ["10", "it is 1"],
        "gateway.drain_s": ["number", "soon"],
        "surfaces.home.rules.sale.kind": ["'boost'", "lift"],
    }.items():
        advice = said.pop(key)
        assert all(word in advice for word in words), lines
    assert said == {}


WRONG_SURFACE = """
[surfaces.home]
diversity = 2.0
[surfaces.home.sources]
neural = 5
[surfaces.home.rules.sale]
kind = "boost"
filter = 'colour = "red"'
"""


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("[gateway\nport = 1", ["my.toml", "not TOML", "correct"]),
        ("[surfaces.shop]\nlike = 'hom'", ["my.toml", "surfaces.shop.like", "hom", "home"]),
        (
            WRONG_SURFACE,
            [
                *("surfaces.home.sources.neural", "no such source", "two_tower"),
                *("surfaces.home.diversity", "choose 0 to 1"),
                *("surfaces.home.rules.sale.filter", "colour"),
            ],
        ),
    ],
    ids=["not TOML", "like", "surface"],
)
def test_settings_that_cannot_be_are_a_line_with_its_remedy(tmp_path, config, words):
    line = serving(tmp_path, config)
    assert all(word in line for word in words), line


def test_settings_that_are_not_there_are_named(tmp_path):
    line = complaint("serve", "--config", tmp_path / "none.toml", *FREE)
    assert "none.toml" in line and "--config" in line


def test_a_port_in_use_is_named_with_its_key(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        options = ("serve", "--data-dir", tmp_path / "data")
        line = complaint(*options, "--port", port, "--metrics-port", 0)
        assert f"127.0.0.1:{port}" in line and "gateway.port" in line
        line = complaint(*options, "--port", 0, "--metrics-port", port)
        assert f"127.0.0.1:{port}" in line and "observability.metrics" in line


def test_a_data_directory_serves_one_process(server, tmp_path):
    line = complaint("serve", "--data-dir", server.data_dir, *FREE)
    assert str(server.data_dir) in line
    assert f"process {server.pid}" in line and "another data directory" in line
    # The first one has noticed nothing.
    assert len(server.client.recommend(user_id="u001").recommendations) == 20


def test_an_import_into_a_directory_in_use_is_refused(server, tmp_path):
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,1,5,1\n")
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n1,A (2000),Drama\n")
    line = complaint("import", tmp_path, "--data-dir", server.data_dir)
    assert f"process {server.pid}" in line


def test_a_snapshot_is_written_beside_a_running_server(server, tmp_path):
    out = tmp_path / "snapshot"
    done = shortlist("snapshot", "--data-dir", server.data_dir, "--out", out)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in out.iterdir()} >= {
        *("schema.json", "items.parquet", "users.parquet", "events.parquet")
    }


def test_a_data_directory_that_is_a_file_is_named(tmp_path):
    (tmp_path / "data").write_text("not a folder")
    line = serving(tmp_path)
    assert str(tmp_path / "data") in line


@pytest.mark.parametrize("name", ["events.db", "online.db"])
def test_a_damaged_database_is_named_with_its_remedy(tmp_path, shop_data, name):
    data_dir = tmp_path / "data"
    shutil.copytree(shop_data, data_dir)
    for path in data_dir.glob(f"{name}*"):
        path.unlink()
    (data_dir / name).write_bytes(b"this is no database, but long enough to be looked at" * 100)
    line = serving(tmp_path, data_dir=data_dir)
    assert str(data_dir / name) in line and "backup" in line


def test_a_database_of_a_newer_server_is_named(tmp_path, shop_data):
    data_dir = tmp_path / "data"
    shutil.copytree(shop_data, data_dir)
    with sqlite3.connect(data_dir / "events.db") as events:
        events.execute("PRAGMA user_version = 99")
    events.close()
    line = serving(tmp_path, data_dir=data_dir)
    assert "events.db" in line and "99" in line and "newer server" in line


def test_a_command_that_is_none_is_named(tmp_path):
    assert "serve" in complaint("srve")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", "none"), ["none", "folder"]),
        (("import", ".", "--layout", "myspace"), ["--layout", "myspace", "movielens"]),
        (("import", ".", "--layout", "none.toml"), ["none.toml"]),
        (("snapshot", "--data-dir", "none"), ["none", "import"]),
        (("train", "--snapshot", "none", "--models", "none"), ["none"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_commands_name_what_they_lack(tmp_path, arguments, words):
    line = complaint(*(str(tmp_path / "none") if each == "none" else each for each in arguments))
    assert all(word in line for word in words), line


def test_a_mapping_with_a_typo_is_named(tmp_path):
    (tmp_path / "items.csv").write_text("id\n1\n")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[items]\nfile = "items.csv"\nidd = "id"\n')
    line = complaint("import", tmp_path, "--layout", mapping, "--data-dir", tmp_path / "data")
    assert "mapping.toml" in line and "items.id" in line
