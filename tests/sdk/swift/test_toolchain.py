"""The Swift toolchain is fetched from where the machine's packages come, and only as pinned."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.sdk.swift import run, toolchain

CONTENT = b"a package"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("sources.list", "deb [arch=amd64] http://mirror.test/debian bookworm main\n"),
        ("sources.list.d/debian.sources", "Types: deb\nURIs: http://mirror.test/debian\n"),
    ],
)
def test_the_machines_own_mirror_comes_first(tmp_path: Path, file: str, text: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    found = toolchain.mirrors(tmp_path)
    assert found == ["http://mirror.test/debian", toolchain.DEFAULT_MIRROR]


def test_other_archives_are_not_taken_for_a_mirror(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text(
        "deb http://mirror.test/debian-security bookworm-security main\n"
        "deb https://packages.test/tools stable main\n"
    )
    assert toolchain.mirrors(tmp_path) == [toolchain.DEFAULT_MIRROR]


class _Cut(SimpleHTTPRequestHandler):
    """Serves a folder; of `cut.deb` it sends the half."""

    def do_GET(self) -> None:
        if not self.path.endswith("/cut.deb"):
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("content-length", str(2 * len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the one mirror, which is on this machine; there is no toolchain yet."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Cut, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(toolchain, "mirrors", lambda: [address])
    monkeypatch.setattr(toolchain, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(toolchain, "PINS", tmp_path / "pins.sha256")
    monkeypatch.setattr(toolchain.platform, "machine", lambda: "x86_64")
    # Nothing of a toolchain's own, and all that is needed to unpack one.
    monkeypatch.setattr(toolchain.shutil, "which", lambda name: None if "swift" in name else name)
    yield folder
    server.shutdown()
    server.server_close()
    thread.join()


def pin(path: str, content: bytes) -> None:
    toolchain.PINS.write_text(f"{hashlib.sha256(content).hexdigest()}  {path}\n")


def test_a_package_is_fetched_as_it_was_pinned(mirror: Path, tmp_path: Path) -> None:
    (mirror / "a.deb").write_bytes(CONTENT)
    toolchain._fetch("a.deb", hashlib.sha256(CONTENT).hexdigest(), tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "why"), [("gone.deb", "404"), ("cut.deb", f"{len(CONTENT)} of {2 * len(CONTENT)}")]
)
def test_without_its_packages_the_run_goes_on_unverified_and_says_so_in_a_line(
    mirror: Path, path: str, why: str
) -> None:
    pin(path, CONTENT * 2)
    outcomes, faults, how = run.run_what_can_be_run()
    assert (outcomes, faults) == ({}, [])
    assert how.startswith("unverified") and why in how and "\n" not in how
    assert "python -m tests.sdk.swift.pins" in how


def test_a_mirror_that_is_away_leaves_the_run_unverified(
    mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin("a.deb", CONTENT)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setattr(toolchain, "mirrors", lambda: [f"http://127.0.0.1:{port}"])
    outcomes, faults, how = run.run_what_can_be_run()
    assert (outcomes, faults) == ({}, [])
    assert how.startswith("unverified") and "refused" in how


def test_another_package_under_the_pinned_name_fails_the_run(mirror: Path) -> None:
    (mirror / "a.deb").write_bytes(b"another")
    pin("a.deb", CONTENT)
    outcomes, faults, _ = run.run_what_can_be_run()
    assert outcomes == {}
    assert len(faults) == 1 and "a.deb has the digest" in faults[0]
    assert not list(toolchain.CACHE.glob("swift-*")), "nothing of it is kept"


def test_a_mirror_with_another_package_does_not_hide_one_that_has_it(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (good := tmp_path / "good").mkdir()
    (good / "a.deb").write_bytes(CONTENT)
    (mirror / "a.deb").write_bytes(b"another")
    (first,) = toolchain.mirrors()
    monkeypatch.setattr(toolchain, "mirrors", lambda: [first, good.as_uri()])
    toolchain._fetch("a.deb", hashlib.sha256(CONTENT).hexdigest(), tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == CONTENT


@pytest.mark.parametrize(("content", "status"), [(None, 77), (b"another", 1)])
def test_the_command_tells_what_is_missing_from_what_is_wrong(
    mirror: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, status: int
) -> None:
    if content is not None:
        (mirror / "a.deb").write_bytes(content)
    pin("a.deb", CONTENT)
    assert toolchain.main(["swift", "build"]) == status


def test_commands_run_in_the_root_folder_keep_their_folder(tmp_path: Path) -> None:
    made = toolchain.Toolchain(root=tmp_path).command(["swift", "build"], Path("/somewhere"))
    assert made[0] == "unshare"
    assert made[-4:] == [str(toolchain.REPOSITORY), "/somewhere", "swift", "build"]
    assert toolchain.Toolchain(root=None).command(["swift"], Path("/somewhere")) == ["swift"]
