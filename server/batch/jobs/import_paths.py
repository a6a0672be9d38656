"""Finds the file of an import operation, inside the import folder and nowhere else."""

from __future__ import annotations

import stat
from pathlib import Path

from server.core.errors import InvalidRequestError

SUFFIXES = (".csv", ".csv.gz", ".parquet")


def file_inside(folder: Path, path: str) -> Path:
    """Return the file that a relative path names; blocking.

    Symbolic links are followed, but may not lead out of the folder.

    Raises:
        InvalidRequestError: the path is absolute, leaves the folder, or is no CSV or Parquet file.
    """
    relative = Path(path)
    if not path or "\0" in path or relative.is_absolute() or ".." in relative.parts:
        raise InvalidRequestError.of("path", "must be relative and stay in the import folder")
    try:
        root = folder.resolve()
        found = (root / relative).resolve(strict=True)
        is_file = stat.S_ISREG(found.stat().st_mode)
    except (OSError, RuntimeError) as error:
        raise InvalidRequestError.of("path", "there is no such file in the import folder") from (
            error
        )
    if not found.is_relative_to(root):
        raise InvalidRequestError.of("path", "must be relative and stay in the import folder")
    if not is_file or not found.name.endswith(SUFFIXES):
        raise InvalidRequestError.of("path", f"must be a file ending in {', '.join(SUFFIXES)}")
    return found
