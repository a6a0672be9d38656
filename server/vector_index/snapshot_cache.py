"""Keeps built indexes on disk by the content they were built from."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from server.core.errors import ArtifactError
from server.vector_index.build import build_in_subprocess
from server.vector_index.settings import IndexKind, VectorIndexSettings
from server.vector_index.snapshot import (
    FORMAT,
    IndexSnapshot,
    build_snapshot,
    kinds_to_try,
    read_snapshot,
    write_snapshot,
)

# Settings that do not change what is built.
_RUNTIME = {
    "exact_limit",
    "rebuild_share",
    "rebuild_minimum",
    "subprocess_from",
    "build_niceness",
    "build_threads",
    "search_workers",
    "cached_builds",
}


class SnapshotCache:
    """One folder per content hash; all calls block."""

    def __init__(self, folder: Path, settings: VectorIndexSettings) -> None:
        self._folder = folder
        self._settings = settings

    def open_or_build(self, vectors: Path, content_digest: str) -> IndexSnapshot:
        """Return the index of a .npy file of (P, D) float32 vectors, building it if need be.

        Args:
            content_digest: changes whenever the file's content does.

        Raises:
            ArtifactError: the vectors cannot be read or the build failed.
        """
        vectors_PD = _mapped(vectors)
        if kinds_to_try(len(vectors_PD), self._settings) == [IndexKind.FLAT]:
            return build_snapshot(vectors_PD, self._settings)
        entry = self._folder / self._key(content_digest, vectors_PD)
        if entry.is_dir():
            try:
                snapshot = read_snapshot(entry)
            except ArtifactError:
                # Damaged, by a full disk or another version: building it again is the remedy.
                shutil.rmtree(entry, ignore_errors=True)
            else:
                os.utime(entry)
                return snapshot
        self._build(vectors, vectors_PD, entry)
        self._prune(entry)
        return read_snapshot(entry)

    def _build(self, vectors: Path, vectors_PD: NDArray[np.float32], entry: Path) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            building = Path(tempfile.mkdtemp(prefix=".building-", dir=self._folder))
        except OSError as error:
            raise ArtifactError(f"{self._folder}: cannot be written ({error.strerror})") from error
        try:
            if len(vectors_PD) >= self._settings.subprocess_from:
                build_in_subprocess(vectors, building, self._settings)
            else:
                write_snapshot(build_snapshot(vectors_PD, self._settings), building)
            building.rename(entry)
        except (OSError, RuntimeError) as error:
            raise ArtifactError(f"{entry}: index cannot be written ({error})") from error
        finally:
            shutil.rmtree(building, ignore_errors=True)

    def _key(self, content_digest: str, vectors_PD: NDArray[np.float32]) -> str:
        settings = self._settings.model_dump_json(exclude=_RUNTIME)
        parts = (str(FORMAT), faiss.__version__, content_digest, str(vectors_PD.shape), settings)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    def _prune(self, keep: Path) -> None:
        entries = [path for path in self._folder.iterdir() if not path.name.startswith(".")]
        entries.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in entries[self._settings.cached_builds :]:
            if path != keep:
                shutil.rmtree(path, ignore_errors=True)


def _mapped(vectors: Path) -> NDArray[np.float32]:
    try:
        mapped = np.load(vectors, mmap_mode="r", allow_pickle=False)
    except ValueError:
        mapped = np.load(vectors, allow_pickle=False)
    except OSError as error:
        raise ArtifactError(f"{vectors}: cannot be read ({error.strerror})") from error
    if mapped.ndim != 2 or mapped.dtype != np.float32:
        raise ArtifactError(f"{vectors}: not a two-dimensional float32 array")
    plain: NDArray[np.float32] = mapped.view(np.ndarray)
    return plain
