"""A SQLite file layer that records its calls and fails when it is told to."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import apsw

_NUMBERS = itertools.count()


class FaultVfs(apsw.VFS):
    """Attributes:
    calls: ("write" | "sync" | mark, kind of file) in order.
    is_full: writes fail for want of space.
    """

    def __init__(self) -> None:
        self.label = f"fault-{next(_NUMBERS)}"
        super().__init__(self.label, "")
        self.calls: list[tuple[str, str]] = []
        self.is_full = False
        self.fails_to_sync = False

    def xOpen(self, name, flags):  # noqa: N802
        return _FaultFile(self, name, flags)

    def mark(self, what: str) -> None:
        self.calls.append((what, ""))

    @contextmanager
    def full(self) -> Iterator[None]:
        self.is_full = True
        try:
            yield
        finally:
            self.is_full = False


class _FaultFile(apsw.VFSFile):
    def __init__(self, vfs: FaultVfs, name, flags) -> None:
        super().__init__("", name, flags)
        self._vfs = vfs
        self._kind = "wal" if flags[0] & apsw.SQLITE_OPEN_WAL else "main"

    def xWrite(self, data, offset):  # noqa: N802
        if self._vfs.is_full:
            raise apsw.FullError("no space left")
        self._vfs.calls.append(("write", self._kind))
        super().xWrite(data, offset)

    def xSync(self, flags):  # noqa: N802
        if self._vfs.fails_to_sync:
            raise apsw.IOError("sync failed")
        super().xSync(flags)
        self._vfs.calls.append(("sync", self._kind))
