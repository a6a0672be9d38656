"""The Swift toolchain is fetched from where the machine's packages come, and only as pinned."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.sdk.swift import toolchain


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


def test_a_package_is_refused_unless_it_is_the_pinned_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pool").mkdir()
    (tmp_path / "pool/a.deb").write_bytes(b"content")
    monkeypatch.setattr(toolchain, "mirrors", lambda: [tmp_path.as_uri()])
    target = tmp_path / "fetched"
    toolchain._fetch("pool/a.deb", hashlib.sha256(b"content").hexdigest(), target)
    assert target.read_bytes() == b"content"
    with pytest.raises(toolchain.SwiftUnavailableError, match="is not what"):
        toolchain._fetch("pool/a.deb", hashlib.sha256(b"other").hexdigest(), target)
    with pytest.raises(toolchain.SwiftUnavailableError, match=r"tests\.sdk\.swift\.pins"):
        toolchain._fetch("pool/gone.deb", "", target)


def test_commands_run_in_the_root_folder_keep_their_folder(tmp_path: Path) -> None:
    made = toolchain.Toolchain(root=tmp_path).command(["swift", "build"], Path("/somewhere"))
    assert made[0] == "unshare"
    assert made[-4:] == [str(toolchain.REPOSITORY), "/somewhere", "swift", "build"]
    assert toolchain.Toolchain(root=None).command(["swift"], Path("/somewhere")) == ["swift"]
