"""One writer thread for each database: many callers, one transaction, one fsync."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

import apsw

from server.core.errors import OverloadedError, UnavailableError
from server.storage.sqlite_database import BUSY_TIMEOUT_MS, SqliteDatabase

R = TypeVar("R")
T = TypeVar("T")

# Results have the type of their work, which differs from entry to entry of the queue.
Outcome: TypeAlias = Any
BatchWork: TypeAlias = Callable[[apsw.Connection, Sequence[Any]], Sequence[Outcome]]

BATCH_LIMIT: Final = 4_096
# Writers wait while the log is cut, so that it must not wait long for readers.
SCRUB_TIMEOUT_MS: Final = 100
# After these SQLite may have rolled the whole transaction back, so every entry fails together.
_FATAL = (
    apsw.FullError,
    apsw.IOError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.NoMemError,
    apsw.InterruptError,
    apsw.CantOpenError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A queued piece of work; entries with the same `merge_key` run as one call."""

    work: BatchWork
    argument: object
    merge_key: Hashable
    is_transaction: bool
    publish: Callable[[Outcome], None] | None
    future: asyncio.Future[Outcome]
    loop: asyncio.AbstractEventLoop


class GroupCommit:
    """Runs functions on a connection in a thread of its own, and answers after the commit.

    Everything queued while one commit runs goes into the next, so that thousands of small writes
    a second share their fsyncs. A function that raises undoes its own writes alone.
    """

    def __init__(self, database: SqliteDatabase, *, queue_limit: int = 50_000) -> None:
        """Open the database.

        Raises:
            ArtifactError, StorageFullError, UnavailableError: see `SqliteDatabase.open`.
        """
        self._database = database
        self._connection = database.open()
        self._queue: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._queue_limit = queue_limit
        self._is_closed = False
        self.on_commit: Callable[[int, float], None] = lambda count, seconds: None
        """Called on the writer's thread after each commit: how many writes, and how long."""
        self._thread = threading.Thread(
            target=self._serve, name=f"write-{database.path.stem}", daemon=True
        )
        self._thread.start()

    @property
    def queue_depth(self) -> int:
        """How many entries wait for a transaction."""
        return self._queue.qsize()

    async def run(
        self,
        work: Callable[[apsw.Connection], T],
        *,
        publish: Callable[[T], None] | None = None,
    ) -> T:
        """Return what `work` returned, once its writes are committed.

        Args:
            publish: called with the result on the event loop, in commit order, before this
                returns; also when the caller was cancelled meanwhile.

        Raises:
            OverloadedError: the queue is full.
            StorageFullError, UnavailableError: nothing of `work` was written.
            Exception: what `work` raised; nothing of it was written.
        """

        def one(connection: apsw.Connection, _: Sequence[object]) -> list[T]:
            return [work(connection)]

        result: T = await self._submit(one, None, merge_key=object(), publish=publish)
        return result

    async def run_merged(
        self,
        work: Callable[[apsw.Connection, Sequence[R]], Sequence[T]],
        argument: R,
        *,
        publish: Callable[[T], None] | None = None,
    ) -> T:
        """Like `run`, but neighbours in the queue with the same `work` run as one call.

        `work` gets all their arguments and returns one result for each; if it raises, all fail.
        Set-based statements matter here: each statement gives up the interpreter lock and may
        wait milliseconds to get it back.
        """
        result: T = await self._submit(work, argument, merge_key=work, publish=publish)
        return result

    async def maintain(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run `work` outside any transaction, after what was queued before."""

        def one(connection: apsw.Connection, _: Sequence[object]) -> list[T]:
            return [work(connection)]

        result: T = await self._submit(one, None, merge_key=object(), is_transaction=False)
        return result

    async def scrub(self) -> None:
        """Move the write-ahead log into the file and cut it, so that erased bytes are gone.

        A reader that is busy meanwhile keeps its pages; the next checkpoint takes them.
        """
        await self.maintain(_truncate_log)

    async def close(self) -> None:
        """Finish what is queued, then close the file."""
        if not self._is_closed:
            self._is_closed = True
            self._queue.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    async def _submit(
        self,
        work: BatchWork,
        argument: object,
        *,
        merge_key: Hashable,
        publish: Callable[[Any], None] | None = None,
        is_transaction: bool = True,
    ) -> Outcome:
        if self._is_closed:
            raise UnavailableError(f"{self._database.path.name} is closed")
        if self._queue.qsize() >= self._queue_limit:
            raise OverloadedError(f"{self._database.path.name}: too many writes wait", 1.0)
        loop = asyncio.get_running_loop()
        entry = _Entry(
            work=work,
            argument=argument,
            merge_key=merge_key,
            is_transaction=is_transaction,
            publish=publish,
            future=loop.create_future(),
            loop=loop,
        )
        self._queue.put(entry)
        return await entry.future

    def _serve(self) -> None:
        is_open = True
        while is_open:
            entries = [self._queue.get()]
            while len(entries) < BATCH_LIMIT and not self._queue.empty():
                entries.append(self._queue.get_nowait())
            is_open = None not in entries
            queued = [entry for entry in entries if entry is not None]
            for is_transaction, group in itertools.groupby(queued, lambda e: e.is_transaction):
                batch = list(group)
                _deliver(batch, self._execute(batch, is_transaction))
        self._connection.close()

    def _execute(self, batch: Sequence[_Entry], is_transaction: bool) -> Sequence[Outcome]:
        """Return one result or exception for each entry."""
        try:
            with self._database.errors():
                return self._commit(batch) if is_transaction else self._run(batch)
        except Exception as error:
            return _for_each(error, len(batch))

    def _commit(self, batch: Sequence[_Entry]) -> Sequence[Outcome]:
        started = time.perf_counter()
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = self._run(batch)
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        self.on_commit(len(batch), time.perf_counter() - started)
        return outcomes

    def _run(self, batch: Sequence[_Entry]) -> Sequence[Outcome]:
        outcomes: list[Outcome] = []
        groups = [list(group) for _, group in itertools.groupby(batch, lambda e: e.merge_key)]
        for group in groups:
            arguments = [entry.argument for entry in group]
            if len(groups) == 1:
                outcomes.extend(group[0].work(self._connection, arguments))
                continue
            try:
                with self._connection:
                    results = group[0].work(self._connection, arguments)
                outcomes.extend(results)
            except _FATAL:
                raise
            except apsw.Error as error:
                outcomes.extend(_for_each(self._database.server_error(error), len(group)))
            except Exception as error:
                outcomes.extend(_for_each(error, len(group)))
        return outcomes


def _truncate_log(connection: apsw.Connection) -> None:
    connection.set_busy_timeout(SCRUB_TIMEOUT_MS)
    try:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:
        return
    finally:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)


def _for_each(error: Exception, count: int) -> list[Exception]:
    """Return one exception for each awaiting task, which appends its frames to the traceback."""
    errors = [error]
    for _ in range(count - 1):
        twin = type(error).__new__(type(error), *error.args)
        twin.__dict__.update(error.__dict__)
        twin.__cause__ = error.__cause__
        errors.append(twin)
    return errors


def _deliver(batch: Sequence[_Entry], outcomes: Sequence[Outcome]) -> None:
    """Resolve futures on their loops, in commit order; one wake-up for each loop."""
    pairs = list(zip(batch, outcomes, strict=True))
    for loop, group in itertools.groupby(pairs, lambda pair: pair[0].loop):
        try:
            loop.call_soon_threadsafe(_resolve, list(group))
        except RuntimeError:
            # The loop has ended, and with it everyone who could have wanted the answers.
            continue


def _resolve(pairs: Sequence[tuple[_Entry, Outcome]]) -> None:
    for entry, outcome in pairs:
        failure = outcome if isinstance(outcome, Exception) else None
        if failure is None and entry.publish is not None:
            try:
                entry.publish(outcome)
            except Exception as error:
                failure = error
        if entry.future.done():
            continue
        if failure is None:
            entry.future.set_result(outcome)
        else:
            entry.future.set_exception(failure)
