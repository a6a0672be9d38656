"""The one directory that a server keeps everything in, held by one process at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

from server.core.errors import ArtifactError, StorageFullError
from server.storage.sqlite_database import is_disk_full

LOCK_FILE: Final = "LOCK"
FOLDERS: Final = ("models", "snapshots", "imports", "exports")


class DataDirectory:
    """A data directory; `lock` makes this process the only writer.

    Other processes may read the databases meanwhile: they open them read-only, without the lock.
    """

    def __init__(self, root: Path, lock_fd: int | None = None) -> None:
        self.root = root
        self._lock_fd = lock_fd

    @classmethod
    def lock(cls, root: Path) -> DataDirectory:
        """Create the directory if it is missing, and hold it until `release` or the process ends.

        Raises:
            ArtifactError: another process holds it, or it cannot be written.
            StorageFullError.
        """
        try:
            root.mkdir(parents=True, exist_ok=True)
            lock_fd = os.open(root / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            if is_disk_full(error):
                raise StorageFullError(f"data directory {root}: no space left") from error
            raise ArtifactError(
                f"data directory {root}: {error.strerror}: choose a folder that this user may write"
            ) from error
        try:
            fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(lock_fd, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(lock_fd)
            raise ArtifactError(
                f"data directory {root} is in use by process {holder}: stop that process, or "
                "choose another data directory"
            ) from error
        os.ftruncate(lock_fd, 0)
        os.pwrite(lock_fd, f"{os.getpid()}\n".encode(), 0)
        return cls(root, lock_fd)

    @classmethod
    def read(cls, root: Path) -> DataDirectory:
        """Check that a directory exists, to read it while another process serves.

        Raises:
            ArtifactError: there is no such directory.
        """
        if not root.is_dir():
            raise ArtifactError(f"data directory {root} does not exist: create it by an import")
        return cls(root)

    @property
    def is_locked(self) -> bool:
        return self._lock_fd is not None

    def release(self) -> None:
        """Let another process have the directory."""
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None
