"""Opening SQLite files: durability, schema versions, and errors as the server's own."""

from __future__ import annotations

import errno
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import apsw

from server.core.errors import ArtifactError, ServerError, StorageFullError, UnavailableError

log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS: Final = 5_000
# A write that fails with less than this left on the disk failed because of that.
NEARLY_FULL_BYTES: Final = 256 * 1024
# The write-ahead log is cut back to this after a large transaction.
WAL_LIMIT_BYTES: Final = 64 * 1024 * 1024


def is_disk_full(error: OSError) -> bool:
    """Tell whether an operating system error says that no space is left."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteDatabase:
    """One database file and how it is opened.

    Attributes:
        application_id: identifies the kind of file.
        migrations: statement i brings the schema from version i to i + 1.
        synchronous: FULL: a commit survives power loss. NORMAL: it survives `kill -9`, and power
            loss may take the last commits.
        vfs: the SQLite file layer by name; None: the system's.
    """

    path: Path
    application_id: int
    migrations: tuple[str, ...]
    synchronous: Literal["FULL", "NORMAL"] = "FULL"
    vfs: str | None = None
    cache_bytes: int = 32 * 1024 * 1024

    def open(self) -> apsw.Connection:
        """Open for writing; create the file or bring its schema up to date.

        Raises:
            ArtifactError: not a database, of another kind, or written by a newer version.
            StorageFullError, UnavailableError.
        """
        with self.errors():
            flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
            connection = apsw.Connection(str(self.path), flags=flags, vfs=self.vfs)
            try:
                self._configure(connection)
                connection.pragma("secure_delete", True)
                connection.pragma("journal_mode", "WAL")
                connection.pragma("journal_size_limit", WAL_LIMIT_BYTES)
                connection.pragma("synchronous", self.synchronous)
                self._migrate(connection)
            except BaseException:
                connection.close()
                raise
            return connection

    def open_reader(self) -> apsw.Connection:
        """Open an existing file for reading; works while another connection or process writes.

        Raises:
            ArtifactError, UnavailableError.
        """
        if not self.path.exists():
            raise ArtifactError(f"{self.path} does not exist: start the server or import once")
        with self.errors():
            connection = apsw.Connection(
                str(self.path), flags=apsw.SQLITE_OPEN_READONLY, vfs=self.vfs
            )
            try:
                self._configure(connection)
                self._version(connection)
            except BaseException:
                connection.close()
                raise
            return connection

    def _configure(self, connection: apsw.Connection) -> None:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        connection.pragma("cache_size", -(self.cache_bytes // 1024))
        connection.pragma("temp_store", "MEMORY")

    def _version(self, connection: apsw.Connection) -> int:
        version = int(connection.pragma("user_version"))
        application_id = int(connection.pragma("application_id"))
        if application_id != self.application_id and (version or application_id):
            raise ArtifactError(f"{self.path} is not a file of this kind: restore it from a backup")
        if version > len(self.migrations):
            raise ArtifactError(
                f"{self.path} has schema version {version}, this server knows "
                f"{len(self.migrations)}: start a newer server"
            )
        return version

    def _migrate(self, connection: apsw.Connection) -> None:
        version = self._version(connection)
        if version == len(self.migrations):
            return
        with connection:
            for statements in self.migrations[version:]:
                connection.execute(statements)
            connection.pragma("application_id", self.application_id)
            connection.pragma("user_version", len(self.migrations))

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn SQLite's errors into the server's."""
        try:
            yield
        except apsw.Error as error:
            raise self.server_error(error) from error

    def server_error(self, error: apsw.Error) -> ServerError:
        """Return what an error of SQLite means to a caller."""
        if isinstance(error, apsw.NotADBError | apsw.CorruptError):
            return ArtifactError(f"{self.path} is damaged ({error}): restore it from a backup")
        if isinstance(error, apsw.FullError) or self._failed_for_space(error):
            return StorageFullError(f"{self.path.name}: no space left; nothing was written")
        # Callers see the message; what SQLite says of our files is for the log.
        log.warning("%s: %s", self.path.name, error)
        return UnavailableError("a store cannot answer now; try again")

    def _failed_for_space(self, error: apsw.Error) -> bool:
        if not isinstance(error, apsw.IOError | apsw.CantOpenError):
            return False
        try:
            return shutil.disk_usage(self.path.parent).free < NEARLY_FULL_BYTES
        except OSError:
            return False
