"""A version appears complete or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from torchrec_models.errors import ExportError
from torchrec_models.export.version_folder import VersionFolder


def test_a_published_version_is_current_and_its_checksums_hold(tmp_path: Path):
    with VersionFolder(tmp_path, "v1") as folder:
        folder.array("tables/a.npy", np.arange(6.0).reshape(2, 3))
        folder.lines("ids.txt", ["a", "ü"])
        checksums = folder.checksums()
        path = folder.publish()
    assert (tmp_path / "CURRENT").read_text().strip() == "v1"
    assert sorted(checksums) == ["ids.txt", "tables/a.npy"]
    for name, entry in checksums.items():
        content = (path / name).read_bytes()
        assert entry == {
            "sha256": hashlib.sha256(content).hexdigest(),
            "size_bytes": len(content),
        }
    assert np.load(path / "tables/a.npy", mmap_mode="r")[1].tolist() == [3.0, 4.0, 5.0]
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_failure_leaves_nothing_and_keeps_the_current_version(tmp_path: Path):
    with VersionFolder(tmp_path, "v1") as folder:
        folder.publish()
    with pytest.raises(RuntimeError, match="interrupted"), VersionFolder(tmp_path, "v2") as folder:
        folder.blob("x", b"half")
        raise RuntimeError("interrupted")
    assert (tmp_path / "CURRENT").read_text().strip() == "v1"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["CURRENT", "v1"]


def test_a_full_disk_is_one_line(tmp_path: Path):
    with pytest.raises(ExportError, match="cannot be written"), VersionFolder(tmp_path, "v") as f:
        f.blob("x", b"")
        raise OSError(28, "No space left on device")


def test_a_folder_that_is_a_file_is_one_line(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="choose another --models"):
        VersionFolder(tmp_path / "file", "v1")


def test_an_id_with_a_line_break_is_refused(tmp_path: Path):
    with VersionFolder(tmp_path, "v1") as folder, pytest.raises(ExportError, match="line break"):
        folder.lines("ids.txt", ["a\nb"])
