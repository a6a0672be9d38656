"""The embedded slate log: one SQLite file, written in the background."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import apsw

from server.core.clock import Clock
from server.core.errors import ArtifactError, ServerError
from server.events.ports import SlateRecord
from server.events.settings import SlateLogSettings
from server.events.slate_codec import decode, encode
from server.storage.group_commit import GroupCommit
from server.storage.row_insert import insert_rows
from server.storage.sqlite_database import SqliteDatabase

log = logging.getLogger(__name__)

APPLICATION_ID: Final = 0x534C534C
FLUSH_DELAY_S: Final = 0.5
SWEEP_INTERVAL_MS: Final = 60_000
SCAN_PAGE: Final = 100

_SCHEMA: Final = """
CREATE TABLE slates(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    served_ms INTEGER NOT NULL,
    subject_key TEXT NOT NULL,
    payload BLOB NOT NULL
);
CREATE INDEX slates_subject ON slates(subject_key);
CREATE INDEX slates_served ON slates(served_ms);
"""


class EmbeddedSlateLog:
    """`SlateLog` on SQLite: at most a second of slates is lost in a crash."""

    def __init__(self, path: Path, clock: Clock, settings: SlateLogSettings | None = None) -> None:
        """Open the log, creating it if it is missing.

        Raises:
            ArtifactError, StorageFullError, UnavailableError.
        """
        self._settings = settings or SlateLogSettings()
        self._clock = clock
        self._database = slate_database(path)
        self._writer = GroupCommit(self._database)
        self._queue: deque[SlateRecord] = deque()
        self._flushing = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._next_sweep_ms = 0
        self.dropped_count = 0

    @property
    def queue_depth(self) -> int:
        """How many records wait to be written."""
        return len(self._queue)

    def write(self, record: SlateRecord) -> None:
        if len(self._queue) >= self._settings.queue_limit:
            self.dropped_count += 1
            return
        self._queue.append(record)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_DELAY_S, self._start_flush)

    def scan(self) -> Iterator[SlateRecord]:
        return scan_slates(self._database)

    async def erase(self, subject_key: str) -> int:
        def work(connection: apsw.Connection) -> int:
            connection.execute("DELETE FROM slates WHERE subject_key = ?", (subject_key,))
            return connection.changes()

        await self.flush()
        erased = await self._writer.run(work)
        await self._writer.scrub()
        return erased

    async def flush(self) -> None:
        """Write what is queued.

        Raises:
            StorageFullError, UnavailableError: the records stay queued.
        """
        async with self._flushing:
            records = list(self._queue)
            if records:
                await self._writer.run_merged(self._insert, records)
            for _ in records:
                self._queue.popleft()

    async def close(self) -> None:
        """Write what is queued, then close the file."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            await self.flush()
        except ServerError:
            self.dropped_count += len(self._queue)
            log.warning("slates were dropped at shutdown", exc_info=True)
        await self._writer.close()

    def _start_flush(self) -> None:
        task = asyncio.get_running_loop().create_task(self._flush_later())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush_later(self) -> None:
        try:
            await self.flush()
        except ServerError:
            # They stay queued; what no longer fits is dropped and counted.
            log.warning("slates cannot be written yet", exc_info=True)
        self._timer = None
        if self._queue:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_DELAY_S, self._start_flush)

    def _insert(
        self, connection: apsw.Connection, batches: Sequence[Sequence[SlateRecord]]
    ) -> list[None]:
        rows = [
            (record.served_ms, record.subject_key, encode(record))
            for batch in batches
            for record in batch
        ]
        insert_rows(connection, "INSERT INTO slates(served_ms, subject_key, payload)", rows)
        now_ms = self._clock.now_ms()
        if now_ms >= self._next_sweep_ms:
            self._next_sweep_ms = now_ms + SWEEP_INTERVAL_MS
            self._sweep(connection, now_ms)
        return [None] * len(batches)

    def _sweep(self, connection: apsw.Connection, now_ms: int) -> None:
        """Remove what is too old, then the oldest until the rest fits."""
        oldest_ms = now_ms - self._settings.keep_days * 86_400_000
        connection.execute("DELETE FROM slates WHERE served_ms < ?", (oldest_ms,))
        pages = int(connection.pragma("page_count")) - int(connection.pragma("freelist_count"))
        used = pages * int(connection.pragma("page_size"))
        if used > self._settings.keep_bytes:
            first, last = connection.execute("SELECT min(id), max(id) FROM slates").get
            surplus = (last - first + 1) * (1 - self._settings.keep_bytes / used)
            connection.execute("DELETE FROM slates WHERE id <= ?", (first + int(surplus),))


def slate_database(path: Path) -> SqliteDatabase:
    """Describe the slate log's file."""
    return SqliteDatabase(
        path=path, application_id=APPLICATION_ID, migrations=(_SCHEMA,), synchronous="NORMAL"
    )


def scan_slates(database: SqliteDatabase) -> Iterator[SlateRecord]:
    """Yield the records of a slate log, also beside the process that writes it."""
    connection = database.open_reader()
    after = 0
    try:
        while True:
            with database.errors():
                rows: list[Any] = connection.execute(
                    "SELECT id, payload FROM slates WHERE id > ? ORDER BY id LIMIT ?",
                    (after, SCAN_PAGE),
                ).fetchall()
            for row_id, packed in rows:
                after = row_id
                yield _decode(database, packed)
            if not rows:
                return
    finally:
        connection.close()


def _decode(database: SqliteDatabase, packed: bytes) -> SlateRecord:
    try:
        return decode(packed)
    except Exception as error:
        raise ArtifactError(
            f"{database.path}: a slate cannot be read ({error}): move the file away"
        ) from error
