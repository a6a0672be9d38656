"""Removes a user from the files beside the stores: snapshots, held-out events, exports."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from server.batch.stores import DataPaths


def export_prefix(user_id: str) -> str:
    """Return the beginning of the names of a user's export folders."""
    return f"user-{quote(user_id, safe='')}@"


def erase_from_snapshots(paths: DataPaths, subject_keys: Sequence[str]) -> int:
    """Remove the subjects' rows from snapshots and held-out events; return how many. Blocking."""
    files = [paths.holdout, *paths.snapshots.glob("*/events.parquet")]
    files += paths.snapshots.glob("*/users.parquet")
    return sum(_without(path, subject_keys) for path in files if path.is_file())


def erase_exports(paths: DataPaths, user_id: str) -> int:
    """Remove what was exported of a user; return the number of exports. Blocking."""
    if not paths.exports.is_dir():
        return 0
    prefix = export_prefix(user_id)
    found = [path for path in paths.exports.iterdir() if path.name.startswith(prefix)]
    for path in found:
        shutil.rmtree(path)
    return len(found)


def _without(path: Path, subject_keys: Sequence[str]) -> int:
    table = pq.read_table(path)
    is_theirs = pc.is_in(table["user_id"], value_set=pa.array(subject_keys, pa.string()))
    erased = pc.sum(is_theirs).as_py() or 0
    if erased:
        partial = path.with_name(f".{path.name}.partial")
        pq.write_table(table.filter(pc.invert(is_theirs)), partial, store_schema=False)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    return int(erased)
