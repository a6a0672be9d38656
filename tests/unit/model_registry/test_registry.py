"""Versions in a folder, the pointer to the current one, and noticing that it moved."""

import asyncio
import contextlib

import pytest

from server.core.errors import ArtifactError
from server.model_registry.adapters.folder_registry import FolderRegistry
from server.model_registry.watcher import RegistryWatcher


@pytest.fixture
def root(tmp_path):
    for version in ("v1", "v2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "manifest.json").write_text("{}")
    (tmp_path / "half-written.tmp").mkdir()
    return tmp_path


def test_no_pointer_means_no_version(root, tmp_path):
    assert FolderRegistry(root).current_version() is None
    assert FolderRegistry(tmp_path / "nothing").current_version() is None
    assert FolderRegistry(tmp_path / "nothing").versions() == []


def test_versions_are_folders_with_a_manifest(root):
    assert FolderRegistry(root).versions() == ["v1", "v2"]
    assert FolderRegistry(root).path("v2") == root / "v2"


def test_the_pointer_is_set_and_read(root):
    registry = FolderRegistry(root)
    registry.set_current("v2")
    assert registry.current_version() == "v2"
    assert (root / "CURRENT").read_text() == "v2\n"
    assert not list(root.glob(".current-*"))


@pytest.mark.parametrize("version", ["v9", "", "../v1", "half-written.tmp", "CURRENT"])
def test_an_unknown_version_is_refused(root, version):
    with pytest.raises(ArtifactError, match="no model version"):
        FolderRegistry(root).path(version)
    with pytest.raises(ArtifactError, match="known versions: v1, v2"):
        FolderRegistry(root).set_current(version)


def test_a_pointer_to_nowhere_is_refused(root):
    (root / "CURRENT").write_text("v9\n")
    with pytest.raises(ArtifactError, match="'v9'"):
        FolderRegistry(root).current_version()
    (root / "CURRENT").write_bytes(b"\xff")
    with pytest.raises(ArtifactError, match="cannot be read"):
        FolderRegistry(root).current_version()


def watcher(root, taken, *, refuse=()):
    async def take(version, path):
        if version in refuse:
            raise ArtifactError(f"{path}: damaged")
        taken.append((version, path))

    return RegistryWatcher(FolderRegistry(root), take, poll_s=0.01)


async def test_each_new_version_is_handed_over_once(root):
    taken = []
    watching = watcher(root, taken)
    assert not await watching.check()
    FolderRegistry(root).set_current("v1")
    assert await watching.check()
    assert not await watching.check()
    FolderRegistry(root).set_current("v2")
    assert await watching.check()
    assert taken == [("v1", root / "v1"), ("v2", root / "v2")]


async def test_a_refused_version_is_reported_once_and_not_tried_again(root, caplog):
    taken = []
    watching = watcher(root, taken, refuse={"v1"})
    FolderRegistry(root).set_current("v1")
    assert not await watching.check()
    assert not await watching.check()
    assert [record.message.count("damaged") for record in caplog.records] == [1]
    FolderRegistry(root).set_current("v2")
    assert await watching.check()


async def test_a_broken_pointer_is_reported_once(root, caplog):
    watching = watcher(root, [])
    (root / "CURRENT").write_text("v9\n")
    for _ in range(3):
        assert not await watching.check()
    assert len(caplog.records) == 1


async def test_watching_goes_on_until_cancelled(root):
    taken = []
    task = asyncio.create_task(watcher(root, taken).run())
    FolderRegistry(root).set_current("v2")
    async with asyncio.timeout(5):
        while not taken:  # noqa: ASYNC110 (the watcher has no event to wait for)
            await asyncio.sleep(0.01)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert taken == [("v2", root / "v2")]
