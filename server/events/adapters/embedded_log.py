"""The embedded event log: one SQLite file, fsynced before any acknowledgement."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import apsw
import orjson

from server.core.clock import Clock
from server.core.errors import (
    ArtifactError,
    EventIdConflictError,
    EventTooOldError,
    UnavailableError,
)
from server.events.envelope import decode, encode
from server.events.ports import Appended, AppendOutcome
from server.events.user_event import LoggedEvent, NewEvent
from server.storage.group_commit import GroupCommit
from server.storage.row_insert import insert_rows
from server.storage.sqlite_database import SqliteDatabase

APPLICATION_ID: Final = 0x534C4556
IDEMPOTENCY_MS: Final = 30 * 24 * 3600 * 1000
SCAN_PAGE: Final = 2_000
IDS_PER_QUERY: Final = 5_000

# `event_id` is NULL once its id was reused after the idempotency window.
_SCHEMA: Final = """
CREATE TABLE events(
    offset INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT,
    digest BLOB NOT NULL,
    subject_key TEXT NOT NULL,
    type INTEGER NOT NULL,
    event_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    payload BLOB NOT NULL
);
CREATE UNIQUE INDEX events_event_id ON events(event_id) WHERE event_id IS NOT NULL;
CREATE INDEX events_subject ON events(subject_key);
CREATE TABLE tombstones(subject_key TEXT PRIMARY KEY, erase_ms INTEGER NOT NULL) WITHOUT ROWID;
"""
_COLUMNS: Final = "offset, event_id, digest, subject_key, type, event_ms, received_ms, payload"
_LAST_OFFSET: Final = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)"
# One row with a whole page: every row fetched gives up the interpreter lock once.
_PAGE: Final = """
SELECT group_concat(hex(payload), ',' ORDER BY offset) FROM (
    SELECT offset, payload FROM events WHERE {condition} ORDER BY offset LIMIT ?
)
"""


def event_database(path: Path, *, vfs: str | None = None) -> SqliteDatabase:
    """Describe the event log's file."""
    return SqliteDatabase(
        path=path,
        application_id=APPLICATION_ID,
        migrations=(_SCHEMA,),
        synchronous="FULL",
        vfs=vfs,
        cache_bytes=128 * 1024 * 1024,
    )


class EmbeddedEventLog:
    """`EventLog` on SQLite; with `is_read_only`, beside the process that writes."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        queue_limit: int = 50_000,
        is_read_only: bool = False,
        vfs: str | None = None,
    ) -> None:
        """Open the log, creating it unless `is_read_only`.

        Raises:
            ArtifactError, StorageFullError, UnavailableError.
        """
        self._database = event_database(path, vfs=vfs)
        self._clock = clock
        self._writer: GroupCommit | None = None
        if is_read_only:
            self._database.open_reader().close()
        else:
            self._writer = GroupCommit(self._database, queue_limit=queue_limit)

    @property
    def queue_depth(self) -> int:
        """How many writes wait for a commit."""
        return 0 if self._writer is None else self._writer.queue_depth

    def watch_commits(self, on_commit: Callable[[int, float], None]) -> None:
        """Call `on_commit(writes, seconds)` after each commit, on the writer's thread."""
        if self._writer is not None:
            self._writer.on_commit = on_commit

    async def append(self, events: Sequence[NewEvent]) -> list[AppendOutcome]:
        if not events:
            return []
        return await self._writing().run_merged(self._append, events)

    def scan(self, after: int = 0) -> Iterator[LoggedEvent]:
        return self._pages("offset > ? AND offset <= ?", (), after, self._end())

    def scan_subject(self, subject_key: str) -> Iterator[LoggedEvent]:
        condition = "subject_key = ? AND offset > ? AND offset <= ?"
        return self._pages(condition, (subject_key,), 0, self._end())

    async def erase(self, subject_key: str, *, erase_ms: int) -> int:
        def work(connection: apsw.Connection) -> int:
            connection.execute(
                "INSERT INTO tombstones VALUES (?, ?) ON CONFLICT(subject_key) "
                "DO UPDATE SET erase_ms = max(erase_ms, excluded.erase_ms)",
                (subject_key, erase_ms),
            )
            connection.execute("DELETE FROM events WHERE subject_key = ?", (subject_key,))
            return connection.changes()

        erased = await self._writing().run(work)
        await self._writing().scrub()
        return erased

    async def last_offset(self) -> int:
        if self._writer is not None:
            return await self._writer.maintain(_last_offset)
        return await asyncio.to_thread(self._end)

    async def close(self) -> None:
        """Finish the writes that were begun, then close the file."""
        if self._writer is not None:
            await self._writer.close()

    def _writing(self) -> GroupCommit:
        if self._writer is None:
            raise UnavailableError("the event log is open for reading only")
        return self._writer

    def _append(
        self, connection: apsw.Connection, calls: Sequence[Sequence[NewEvent]]
    ) -> list[list[AppendOutcome]]:
        """Write all events of several calls; runs in a transaction of the writer thread."""
        batch = _AppendBatch(connection, self._clock.now_ms(), calls)
        outcomes = [[batch.append(new) for new in call] for call in calls]
        batch.flush()
        return outcomes

    def _end(self) -> int:
        connection = self._database.open_reader()
        try:
            with self._database.errors():
                return _last_offset(connection)
        finally:
            connection.close()

    def _pages(
        self, condition: str, values: tuple[str, ...], after: int, until: int
    ) -> Iterator[LoggedEvent]:
        """Yield records page by page, so that no transaction holds the write-ahead log for long."""
        query = _PAGE.format(condition=condition)
        connection = self._database.open_reader()
        try:
            while True:
                with self._database.errors():
                    page = connection.execute(query, (*values, after, until, SCAN_PAGE)).get
                if not page:
                    return
                for packed in page.split(","):
                    record = self._decode(packed)
                    yield record
                after = record.offset
        finally:
            connection.close()

    def _decode(self, packed: str) -> LoggedEvent:
        try:
            return decode(bytes.fromhex(packed))
        except Exception as error:
            raise ArtifactError(
                f"{self._database.path}: a record cannot be read ({error}): restore the file from "
                "a backup, or start a newer server"
            ) from error


class _AppendBatch:
    """Decides over the events of one transaction and gathers the rows to insert."""

    def __init__(
        self, connection: apsw.Connection, now_ms: int, calls: Sequence[Sequence[NewEvent]]
    ) -> None:
        self._connection = connection
        self._now_ms = now_ms
        self._offset = _last_offset(connection)
        self._rows: list[tuple[apsw.SQLiteValue, ...]] = []
        self._tombstones = _tombstones(connection, calls)
        self._known = _written(connection, [new.event.event_id for call in calls for new in call])
        self._reused: list[tuple[int]] = []

    def append(self, new: NewEvent) -> AppendOutcome:
        event = new.event
        known = self._known.get(event.event_id)
        if known is not None:
            offset, digest, received_ms = known
            is_same = digest == new.digest
            if received_ms >= self._now_ms - IDEMPOTENCY_MS or (is_same and new.is_imported):
                return (
                    Appended(offset, received_ms, is_duplicate=True)
                    if is_same
                    else EventIdConflictError(event.event_id)
                )
        subject_key = event.subject.key
        if event.time_ms <= self._tombstones.get(subject_key, event.time_ms - 1):
            return EventTooOldError.of("event.event_time", "not later than the user's erasure")
        if known is not None:
            self._reused.append((known[0],))
        self._offset += 1
        payload = encode(
            event,
            offset=self._offset,
            received_ms=self._now_ms,
            is_imported=new.is_imported,
            traceparent=new.traceparent,
        )
        self._rows.append(
            (
                self._offset,
                event.event_id,
                new.digest,
                subject_key,
                int(event.type),
                event.time_ms,
                self._now_ms,
                payload,
            )
        )
        self._known[event.event_id] = (self._offset, new.digest, self._now_ms)
        return Appended(self._offset, self._now_ms)

    def flush(self) -> None:
        if self._reused:
            self._connection.executemany(
                "UPDATE events SET event_id = NULL WHERE offset = ?", self._reused
            )
        insert_rows(self._connection, f"INSERT INTO events({_COLUMNS})", self._rows)


def _last_offset(connection: apsw.Connection) -> int:
    return int(connection.execute(_LAST_OFFSET).get)


def _tombstones(connection: apsw.Connection, calls: Sequence[Sequence[NewEvent]]) -> dict[str, int]:
    """Return subject key -> erase_ms of the events' subjects that were erased."""
    if not connection.execute("SELECT EXISTS (SELECT 1 FROM tombstones)").get:
        return {}
    subject_keys = {new.event.subject.key for call in calls for new in call}
    rows = connection.execute(
        "SELECT subject_key, erase_ms FROM tombstones "
        "WHERE subject_key IN (SELECT value FROM json_each(?))",
        (orjson.dumps(list(subject_keys)).decode(),),
    )
    return {str(subject_key): int(erase_ms) for subject_key, erase_ms in rows}


def _written(connection: apsw.Connection, ids: Sequence[str]) -> dict[str, tuple[int, bytes, int]]:
    """Return event id -> (offset, digest, received_ms) of the ids that are in the log."""
    found: dict[str, tuple[int, bytes, int]] = {}
    for start in range(0, len(ids), IDS_PER_QUERY):
        rows = connection.execute(
            "SELECT event_id, offset, digest, received_ms FROM events "
            "WHERE event_id IN (SELECT value FROM json_each(?)) AND event_id IS NOT NULL",
            (orjson.dumps(ids[start : start + IDS_PER_QUERY]).decode(),),
        )
        for event_id, offset, digest, received_ms in rows:
            found[str(event_id)] = (int(offset), bytes(digest), int(received_ms))
    return found
