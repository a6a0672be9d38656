"""Builds an index anew from what it holds, beside the one that serves."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Protocol

import numpy as np

from server.core.batch import Rows
from server.core.errors import ArtifactError
from server.vector_index.build import build_in_subprocess
from server.vector_index.row_view import RowView
from server.vector_index.settings import VectorIndexSettings
from server.vector_index.snapshot import IndexSnapshot, build_snapshot, read_snapshot

_CHUNK = 65_536
_SUBPROCESS_FROM = 20_000


class Rebuildable(Protocol):
    """An index that can take a new snapshot without missing a write."""

    def begin_rebuild(self) -> RowView: ...

    def adopt(self, snapshot: IndexSnapshot, rows_P: Rows) -> None: ...


def rebuild(index: Rebuildable, settings: VectorIndexSettings, folder: Path) -> None:
    """Build and swap in; blocking, so run it in a thread. The build is a process of its own.

    Args:
        folder: existing folder for temporary files: one float32 copy of the vectors, one index.

    Raises:
        ArtifactError: the build failed; the old snapshot stays in use.
    """
    view = index.begin_rebuild()
    rows = _live_rows(view)
    try:
        with tempfile.TemporaryDirectory(prefix=".rebuild-", dir=folder) as scratch:
            vectors = Path(scratch, "vectors.npy")
            _write_vectors(view, rows, vectors)
            if len(rows) >= min(settings.subprocess_from, _SUBPROCESS_FROM):
                build_in_subprocess(vectors, Path(scratch), settings)
                # The mapping outlives the folder's removal.
                snapshot = read_snapshot(Path(scratch))
            else:
                snapshot = build_snapshot(np.load(vectors), settings)
    except OSError as error:
        raise ArtifactError(f"{folder}: index rebuild failed ({error})") from error
    index.adopt(snapshot, rows)


def _live_rows(view: RowView) -> Rows:
    added = view.delta.rows_E
    return np.sort(np.concatenate([view.rows_P[view.live_P], added[added >= 0]]))


def _write_vectors(view: RowView, rows: Rows, path: Path) -> None:
    shape = (len(rows), view.snapshot.report.dimension)
    if len(rows) == 0:
        np.save(path, np.empty(shape, np.float32))
        return
    written = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    for start in range(0, len(rows), _CHUNK):
        written[start : start + _CHUNK] = view.vectors(rows[start : start + _CHUNK])
    written.flush()
