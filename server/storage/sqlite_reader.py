"""Reads off the event loop, on a connection and a thread of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import apsw

from server.core.errors import UnavailableError
from server.storage.sqlite_database import SqliteDatabase

T = TypeVar("T")


class SqliteReader:
    """Runs reading functions one after the other; each sees everything committed before it."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._connection = database.open_reader()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"read-{database.path.stem}")
        self._is_closed = False

    async def run(self, read: Callable[[apsw.Connection], T]) -> T:
        """Return what `read` returned.

        Raises:
            UnavailableError, ArtifactError: the file cannot be read.
        """
        if self._is_closed:
            raise UnavailableError(f"{self._database.path.name} is closed")
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._read, read)

    def _read(self, read: Callable[[apsw.Connection], T]) -> T:
        with self._database.errors():
            return read(self._connection)

    async def close(self) -> None:
        """Finish what runs, then close the file."""
        if self._is_closed:
            return
        self._is_closed = True
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._executor.shutdown)
        self._connection.close()
