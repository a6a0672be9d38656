"""The embedded online store: one SQLite file behind a buffer of the latest writes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import apsw
import orjson

from server.core.clock import Clock
from server.core.errors import ServerError, UnavailableError
from server.features.settings import OnlineStoreSettings
from server.storage.group_commit import GroupCommit
from server.storage.row_insert import insert_rows
from server.storage.sqlite_database import SqliteDatabase
from server.storage.sqlite_reader import SqliteReader

log = logging.getLogger(__name__)

APPLICATION_ID: Final = 0x534C4F4E
SWEEP_INTERVAL_MS: Final = 60_000
NEVER_MS: Final = 2**62
KEYS_PER_QUERY: Final = 1_000

_SCHEMA: Final = """
CREATE TABLE online_values(
    view TEXT NOT NULL,
    key TEXT NOT NULL,
    expire_ms INTEGER,
    value BLOB NOT NULL,
    PRIMARY KEY (view, key)
) WITHOUT ROWID;
CREATE INDEX online_values_expire ON online_values(expire_ms) WHERE expire_ms IS NOT NULL;
"""
# One row with everything that was asked for: every row fetched gives up the interpreter lock once.
_READ: Final = """
SELECT json_group_array(json_array(key, coalesce(expire_ms, ?), hex(value))) FROM online_values
WHERE view = ? AND key IN (SELECT value FROM json_each(?))
"""
_ONE: Final = "SELECT coalesce(expire_ms, ?), value FROM online_values WHERE view = ? AND key = ?"


class _Value(NamedTuple):
    data: bytes
    expire_ms: int


_Buffer: TypeAlias = dict[tuple[str, str], _Value]


class EmbeddedOnlineStore:
    """`OnlineStore` on SQLite; a write is read back at once and on disk within a second."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        settings: OnlineStoreSettings | None = None,
        *,
        vfs: str | None = None,
    ) -> None:
        """Open the store, creating it if it is missing.

        Raises:
            ArtifactError, StorageFullError, UnavailableError.
        """
        self._clock = clock
        self._settings = settings or OnlineStoreSettings()
        database = SqliteDatabase(
            path=path,
            application_id=APPLICATION_ID,
            migrations=(_SCHEMA,),
            synchronous="NORMAL",
            vfs=vfs,
        )
        self._writer = GroupCommit(database)
        self._reader = SqliteReader(database)
        self._buffer: _Buffer = {}
        self._flushing: _Buffer = {}
        self._buffer_bytes = 0
        self._flushing_bytes = 0
        self._failure: ServerError | None = None
        self._lock = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._next_sweep_ms = 0

    @property
    def buffered_bytes(self) -> int:
        """How much is not on disk yet."""
        return self._buffer_bytes + self._flushing_bytes

    async def read(self, view: str, keys: Sequence[str]) -> list[bytes | None]:
        now_ms = self._clock.now_ms()
        buffered = {key: self._buffered(view, key) for key in keys}
        missing = [key for key, value in buffered.items() if value is None]
        if missing:
            stored = await self._reader.run(lambda c: _stored(c, view, missing))
            # What was written meanwhile is newer than what was read.
            buffered = {key: self._buffered(view, key) or stored.get(key) for key in buffered}
        return [_alive(buffered[key], now_ms) for key in keys]

    async def write(
        self, view: str, values: Mapping[str, bytes], *, ttl_s: int | None = None
    ) -> None:
        size = sum(map(len, values.values()))
        if self.buffered_bytes + size > self._settings.buffer_bytes:
            raise self._failure or UnavailableError("the online store cannot keep up with writes")
        expire_ms = NEVER_MS if ttl_s is None else self._clock.now_ms() + ttl_s * 1000
        for key, data in values.items():
            before = self._buffer.get((view, key))
            self._buffer_bytes += len(data) - (0 if before is None else len(before.data))
            self._buffer[view, key] = _Value(data, expire_ms)
        self._schedule()

    async def delete(self, view: str, keys: Sequence[str]) -> int:
        def work(connection: apsw.Connection) -> int:
            connection.execute(
                "DELETE FROM online_values WHERE view = ? "
                "AND key IN (SELECT value FROM json_each(?))",
                (view, orjson.dumps(list(keys)).decode()),
            )
            return connection.changes()

        async with self._lock:
            await self._write_buffer()
            return await self._writer.run(work)

    async def flush(self) -> None:
        """Bring everything written so far onto the disk, in one transaction.

        Raises:
            StorageFullError, UnavailableError: the values stay in memory.
        """
        async with self._lock:
            await self._write_buffer()

    async def close(self) -> None:
        """Write what is buffered, then close the file."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            await self.flush()
        except ServerError:
            log.warning("the last second of online values is lost", exc_info=True)
        await self._reader.close()
        await self._writer.close()

    def _buffered(self, view: str, key: str) -> _Value | None:
        return self._buffer.get((view, key)) or self._flushing.get((view, key))

    def _schedule(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._settings.flush_interval_s, self._start_flush)

    def _start_flush(self) -> None:
        task = asyncio.get_running_loop().create_task(self._flush_later())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush_later(self) -> None:
        had_failed = self._failure is not None
        try:
            await self.flush()
        except ServerError:
            if not had_failed:
                log.warning("online values cannot be written yet", exc_info=True)
        self._timer = None
        if self._buffer:
            self._schedule()

    async def _write_buffer(self) -> None:
        if not self._buffer:
            return
        self._flushing, self._buffer = self._buffer, {}
        self._flushing_bytes, self._buffer_bytes = self._buffer_bytes, 0
        try:
            await self._writer.run_merged(self._store, self._flushing)
            self._failure = None
        except BaseException as error:
            if isinstance(error, ServerError):
                self._failure = error
            # What was written meanwhile is newer.
            self._buffer = {**self._flushing, **self._buffer}
            self._buffer_bytes = sum(len(value.data) for value in self._buffer.values())
            raise
        finally:
            self._flushing, self._flushing_bytes = {}, 0

    def _store(self, connection: apsw.Connection, buffers: Sequence[_Buffer]) -> list[None]:
        for buffer in buffers:
            rows = [
                (view, key, None if value.expire_ms == NEVER_MS else value.expire_ms, value.data)
                for (view, key), value in buffer.items()
            ]
            insert_rows(
                connection,
                "INSERT INTO online_values(view, key, expire_ms, value)",
                rows,
                suffix="ON CONFLICT(view, key) DO UPDATE "
                "SET expire_ms = excluded.expire_ms, value = excluded.value",
            )
        now_ms = self._clock.now_ms()
        if now_ms >= self._next_sweep_ms:
            self._next_sweep_ms = now_ms + SWEEP_INTERVAL_MS
            connection.execute("DELETE FROM online_values WHERE expire_ms <= ?", (now_ms,))
        return [None] * len(buffers)


def _alive(value: _Value | None, now_ms: int) -> bytes | None:
    return value.data if value is not None and now_ms < value.expire_ms else None


def _stored(connection: apsw.Connection, view: str, keys: Sequence[str]) -> dict[str, _Value]:
    values: dict[str, _Value] = {}
    if len(keys) == 1:
        found: Any = connection.execute(_ONE, (NEVER_MS, view, keys[0])).fetchall()
        for expire_ms, data in found:
            values[keys[0]] = _Value(bytes(data), expire_ms)
        return values
    for start in range(0, len(keys), KEYS_PER_QUERY):
        some = orjson.dumps(list(keys[start : start + KEYS_PER_QUERY])).decode()
        packed: Any = connection.execute(_READ, (NEVER_MS, view, some)).get
        for key, expire_ms, data in orjson.loads(packed):
            values[key] = _Value(bytes.fromhex(data), expire_ms)
    return values
