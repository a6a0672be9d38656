"""Audit lines in a file of their own, each on disk before its call is answered."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from server.core.errors import ArtifactError


class FileAudit:
    """Implements `AuditSink`: one JSON object a line, appended; the file may be moved away."""

    def __init__(self, path: Path) -> None:
        """Open the file, or create it.

        Raises:
            ArtifactError: it cannot be written; names the key.
        """
        self._path = path
        try:
            self._descriptor = self._open()
        except OSError as error:
            raise ArtifactError(
                f"gateway.auth.audit.file: {path} cannot be written ({error.strerror})"
            ) from error
        # One thread: lines are in the order of their calls.
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="audit")

    async def write(self, line: bytes) -> None:
        """See AuditSink."""
        await asyncio.get_running_loop().run_in_executor(self._executor, self._append, line)

    async def close(self) -> None:
        """Finish what is queued, then close the file."""
        await asyncio.to_thread(self._executor.shutdown)
        os.close(self._descriptor)

    def _append(self, line: bytes) -> None:
        if not self._is_in_place():
            fresh = self._open()
            os.close(self._descriptor)
            self._descriptor = fresh
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        os.fsync(self._descriptor)

    def _is_in_place(self) -> bool:
        """Tell whether the path still means the open file: rotation moves it away."""
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        except OSError:
            return False

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        return os.open(self._path, flags, 0o600)
