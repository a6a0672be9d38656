"""What operators write about surfaces, in a file of the embedded data directory."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import apsw

from server.core.errors import ArtifactError
from server.orchestrator.surface_changes.codec import (
    decode_rule,
    decode_surface,
    encode_rule,
    encode_surface,
)
from server.orchestrator.surface_changes.stored import StoredRule, StoredSurface, SurfaceChanges
from server.storage.group_commit import GroupCommit
from server.storage.sqlite_database import SqliteDatabase
from server.storage.sqlite_reader import SqliteReader

_APPLICATION_ID: Final = 0x534C5355  # "SLSU"
_MIGRATIONS: Final = (
    """
    CREATE TABLE surfaces (
        name TEXT PRIMARY KEY,
        data TEXT NOT NULL,
        create_ms INTEGER NOT NULL,
        update_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE rules (
        surface TEXT NOT NULL,
        name TEXT NOT NULL,
        data TEXT,
        place INTEGER NOT NULL,
        create_ms INTEGER NOT NULL,
        update_ms INTEGER NOT NULL,
        PRIMARY KEY (surface, name)
    ) STRICT, WITHOUT ROWID;
    """,
)


class EmbeddedSurfaces:
    """`SurfaceStore` on SQLite; every write is synced to the disk before it returns."""

    def __init__(self, path: Path, *, vfs: str | None = None) -> None:
        """Open the file, or create it; blocking.

        Raises:
            ArtifactError, StorageFullError, UnavailableError: see `SqliteDatabase.open`.
        """
        self._path = path
        database = SqliteDatabase(
            path=path, application_id=_APPLICATION_ID, migrations=_MIGRATIONS, vfs=vfs
        )
        self._writer = GroupCommit(database)
        self._reader = SqliteReader(database)

    async def load(self) -> SurfaceChanges:
        """See SurfaceStore.

        Raises:
            ArtifactError: the file holds what is no surface or rule.
        """

        def read(connection: apsw.Connection) -> SurfaceChanges:
            surfaces = map(_surface, connection.execute("SELECT * FROM surfaces ORDER BY name"))
            rules = map(_rule, connection.execute("SELECT * FROM rules ORDER BY place"))
            return SurfaceChanges(
                {each.name: each for each in surfaces}, {each.key: each for each in rules}
            )

        try:
            return await self._reader.run(read)
        except (ValueError, TypeError, KeyError) as error:
            raise ArtifactError(
                f"{self._path} holds what is no surface ({error}): restore it from a backup"
            ) from error

    async def put_surface(self, stored: StoredSurface) -> None:
        """See SurfaceStore."""
        data = encode_surface(stored.surface)
        await self._write(
            "INSERT OR REPLACE INTO surfaces VALUES (?,?,?,?)",
            (stored.name, data, stored.create_ms, stored.update_ms),
        )

    async def delete_surface(self, name: str) -> None:
        """See SurfaceStore."""

        def write(connection: apsw.Connection) -> None:
            connection.execute("DELETE FROM rules WHERE surface = ?", (name,))
            connection.execute("DELETE FROM surfaces WHERE name = ?", (name,))

        await self._writer.run(write)

    async def put_rule(self, stored: StoredRule) -> None:
        """See SurfaceStore."""
        data = None if stored.rule is None else encode_rule(stored.rule)
        await self._write(
            "INSERT OR REPLACE INTO rules VALUES (?,?,?,?,?,?)",
            (*stored.key, data, stored.order, stored.create_ms, stored.update_ms),
        )

    async def delete_rule(self, surface: str, name: str) -> None:
        """See SurfaceStore."""
        await self._write("DELETE FROM rules WHERE surface = ? AND name = ?", (surface, name))

    async def close(self) -> None:
        """Finish what is queued, then close the file."""
        await self._reader.close()
        await self._writer.close()

    async def _write(self, statement: str, values: tuple[apsw.SQLiteValue, ...]) -> None:
        def write(connection: apsw.Connection) -> None:
            connection.execute(statement, values)

        await self._writer.run(write)


def _surface(row: apsw.SQLiteValues) -> StoredSurface:
    _, data, create_ms, update_ms = row
    assert isinstance(data, str) and isinstance(create_ms, int) and isinstance(update_ms, int)
    return StoredSurface(surface=decode_surface(data), create_ms=create_ms, update_ms=update_ms)


def _rule(row: apsw.SQLiteValues) -> StoredRule:
    surface, name, data, order, create_ms, update_ms = row
    assert isinstance(surface, str) and isinstance(name, str) and isinstance(order, int)
    assert isinstance(create_ms, int) and isinstance(update_ms, int)
    assert data is None or isinstance(data, str)
    return StoredRule(
        surface=surface,
        name=name,
        rule=None if data is None else decode_rule(data),
        order=order,
        create_ms=create_ms,
        update_ms=update_ms,
    )
