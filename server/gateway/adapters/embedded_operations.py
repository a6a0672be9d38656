"""Operations in a file of the embedded data directory."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import apsw

from server.gateway.ports import OperationRecord
from server.storage.group_commit import GroupCommit
from server.storage.sqlite_database import SqliteDatabase
from server.storage.sqlite_reader import SqliteReader

_APPLICATION_ID: Final = 0x534C4F50  # "SLOP"
_MIGRATIONS: Final = (
    """
    CREATE TABLE operations (
        name TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        request BLOB NOT NULL,
        create_ms INTEGER NOT NULL,
        is_done INTEGER NOT NULL,
        response BLOB NOT NULL,
        error BLOB NOT NULL,
        done_count INTEGER NOT NULL,
        total_count INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX operations_pending ON operations (name) WHERE NOT is_done;
    """,
)
_COLUMNS: Final = (
    "name, kind, request, create_ms, is_done, response, error, done_count, total_count"
)


class EmbeddedOperations:
    """One row an operation."""

    def __init__(self, path: Path, *, vfs: str | None = None) -> None:
        """Open the file, or create it.

        Raises:
            ArtifactError, StorageFullError, UnavailableError: see `SqliteDatabase.open`.
        """
        database = SqliteDatabase(
            path=path, application_id=_APPLICATION_ID, migrations=_MIGRATIONS, vfs=vfs
        )
        self._writer = GroupCommit(database)
        self._reader = SqliteReader(database)

    async def put(self, record: OperationRecord) -> None:
        """See OperationStore."""
        values = (
            *(record.name, record.kind, record.request, record.create_ms, int(record.is_done)),
            *(record.response, record.error, record.done_count, record.total_count),
        )

        def write(connection: apsw.Connection) -> None:
            connection.execute(
                f"INSERT OR REPLACE INTO operations ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)", values
            )

        await self._writer.run(write)

    async def get(self, name: str) -> OperationRecord | None:
        """See OperationStore."""
        found = await self._select("WHERE name = ?", (name,))
        return found[0] if found else None

    async def page(self, *, after: str, limit: int) -> list[OperationRecord]:
        """See OperationStore."""
        return await self._select("WHERE name > ? ORDER BY name LIMIT ?", (after, limit))

    async def pending(self) -> list[OperationRecord]:
        """See OperationStore."""
        return await self._select("WHERE NOT is_done ORDER BY name", ())

    async def delete(self, name: str) -> bool:
        """See OperationStore."""
        return await self._delete("WHERE name = ?", (name,)) > 0

    async def delete_done_before(self, create_ms: int) -> int:
        """See OperationStore."""
        return await self._delete("WHERE is_done AND create_ms < ?", (create_ms,))

    async def scrub(self) -> None:
        """See OperationStore."""
        await self._writer.scrub()

    async def close(self) -> None:
        """Finish what is queued, then close the file."""
        await self._reader.close()
        await self._writer.close()

    async def _select(
        self, condition: str, values: tuple[apsw.SQLiteValue, ...]
    ) -> list[OperationRecord]:
        def read(connection: apsw.Connection) -> list[OperationRecord]:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM operations {condition}", values)
            return [_record(row) for row in rows]

        return await self._reader.run(read)

    async def _delete(self, condition: str, values: tuple[apsw.SQLiteValue, ...]) -> int:
        def write(connection: apsw.Connection) -> int:
            connection.execute(f"DELETE FROM operations {condition}", values)
            return connection.changes()

        return await self._writer.run(write)


def _record(row: apsw.SQLiteValues) -> OperationRecord:
    name, kind, request, create_ms, is_done, response, error, done_count, total_count = row
    assert isinstance(name, str) and isinstance(kind, str)
    assert isinstance(request, bytes) and isinstance(response, bytes) and isinstance(error, bytes)
    assert isinstance(create_ms, int)
    assert isinstance(done_count, int) and isinstance(total_count, int)
    return OperationRecord(
        name=name,
        kind=kind,
        request=request,
        create_ms=create_ms,
        is_done=bool(is_done),
        response=response,
        error=error,
        done_count=done_count,
        total_count=total_count,
    )
