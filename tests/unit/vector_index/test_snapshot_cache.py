"""Built indexes are found again by content, and built again when damaged."""

import os
import sys

import numpy as np
import pytest

from server.core.errors import ArtifactError
from server.vector_index import build, snapshot_cache
from server.vector_index.settings import IndexKind, VectorIndexSettings
from server.vector_index.snapshot import (
    INDEX_FILE,
    REPORT_FILE,
    build_snapshot,
    read_snapshot,
    write_snapshot,
)
from server.vector_index.snapshot_cache import SnapshotCache

SETTINGS = VectorIndexSettings(
    kind=IndexKind.IVF_SQ8,
    flat_limit=100,
    components=8,
    verified_k=20,
    build_threads=1,
    build_niceness=0,
    cached_builds=2,
)


@pytest.fixture
def vectors(tmp_path):
    path = tmp_path / "vectors.npy"
    np.save(path, np.random.default_rng(0).standard_normal((1_500, 16)).astype(np.float32))
    return path


@pytest.fixture
def builds(monkeypatch):
    """Count the builds."""
    counted = []

    def count(*arguments):
        counted.append(arguments)
        return build.build_snapshot(*arguments)

    monkeypatch.setattr(snapshot_cache, "build_snapshot", count)
    return counted


def test_the_second_opening_reads_what_the_first_built(tmp_path, vectors, builds):
    cache = SnapshotCache(tmp_path / "cache", SETTINGS)
    first = cache.open_or_build(vectors, "digest")
    second = cache.open_or_build(vectors, "digest")
    assert len(builds) == 1
    assert first.report == second.report
    assert second.index.ntotal == 1_500


def test_other_content_or_settings_are_built_anew(tmp_path, vectors, builds):
    SnapshotCache(tmp_path / "cache", SETTINGS).open_or_build(vectors, "one")
    SnapshotCache(tmp_path / "cache", SETTINGS).open_or_build(vectors, "two")
    other = SETTINGS.model_copy(update={"components": 16})
    SnapshotCache(tmp_path / "cache", other).open_or_build(vectors, "two")
    assert len(builds) == 3
    runtime = SETTINGS.model_copy(update={"search_workers": 5})
    SnapshotCache(tmp_path / "cache", runtime).open_or_build(vectors, "two")
    assert len(builds) == 3


@pytest.mark.parametrize("name", [INDEX_FILE, REPORT_FILE])
def test_a_damaged_entry_is_built_again(tmp_path, vectors, builds, name):
    cache = SnapshotCache(tmp_path / "cache", SETTINGS)
    cache.open_or_build(vectors, "digest")
    (entry,) = (tmp_path / "cache").iterdir()
    (entry / name).write_bytes((entry / name).read_bytes()[:40])
    assert cache.open_or_build(vectors, "digest").index.ntotal == 1_500
    assert len(builds) == 2


def test_only_the_latest_builds_are_kept(tmp_path, vectors):
    cache = SnapshotCache(tmp_path / "cache", SETTINGS)
    for digest in ("one", "two", "three", "four"):
        cache.open_or_build(vectors, digest)
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_small_catalogues_leave_nothing_on_disk(tmp_path, vectors):
    small = SETTINGS.model_copy(update={"flat_limit": 2_000, "kind": IndexKind.AUTO})
    report = SnapshotCache(tmp_path / "cache", small).open_or_build(vectors, "digest").report
    assert report.kind is IndexKind.FLAT
    assert not (tmp_path / "cache").exists()


def test_a_large_build_is_a_process_of_its_own(tmp_path, vectors, builds):
    large = SETTINGS.model_copy(update={"subprocess_from": 1_000})
    snapshot = SnapshotCache(tmp_path / "cache", large).open_or_build(vectors, "digest")
    assert builds == []
    assert snapshot.report.count == 1_500


def test_a_failing_build_process_says_why(tmp_path, vectors):
    (tmp_path / "output").mkdir()
    np.save(vectors, np.zeros(3))
    with pytest.raises(ArtifactError, match="index build failed"):
        build.build_in_subprocess(vectors, tmp_path / "output", SETTINGS)


def test_vectors_of_another_shape_are_refused(tmp_path, vectors):
    np.save(vectors, np.zeros((3, 4)))
    with pytest.raises(ArtifactError, match="two-dimensional float32"):
        SnapshotCache(tmp_path, SETTINGS).open_or_build(vectors, "digest")
    with pytest.raises(ArtifactError, match="cannot be read"):
        SnapshotCache(tmp_path, SETTINGS).open_or_build(tmp_path / "none.npy", "digest")


def test_a_missing_snapshot_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="built again"):
        read_snapshot(tmp_path)


def test_the_build_command_writes_a_snapshot(tmp_path, vectors):
    (tmp_path / "output").mkdir()
    arguments = ["--vectors", str(vectors), "--output", str(tmp_path / "output")]
    assert build.main([*arguments, "--settings", SETTINGS.model_dump_json()]) == 0
    assert read_snapshot(tmp_path / "output").report.count == 1_500


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is asked to read ahead")
def test_the_system_is_asked_to_read_a_mapped_index_ahead(tmp_path, monkeypatch):
    write_snapshot(build_snapshot(np.eye(200, dtype=np.float32), SETTINGS), tmp_path)
    asked = []
    monkeypatch.setattr(
        os, "posix_fadvise", lambda file, *what: asked.append((os.fstat(file).st_ino, *what))
    )
    read_snapshot(tmp_path)
    inode = (tmp_path / INDEX_FILE).stat().st_ino
    assert asked == [(inode, 0, 0, os.POSIX_FADV_WILLNEED)]
