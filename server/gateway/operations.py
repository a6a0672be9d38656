"""Durable long-running operations: what was not finished when the server stopped is run again."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from weakref import WeakValueDictionary

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message

from server.core.clock import Clock
from server.core.errors import InvalidRequestError, OperationNotFoundError, ServerError
from server.gateway.error_status import cancelled_status, is_fault, status_of
from server.gateway.operation_kinds import OperationKind
from server.gateway.ports import OperationRecord, OperationStore
from server.gen.google.longrunning import operations_pb2
from server.observability.logs import request_id as log_request_id

log = logging.getLogger(__name__)

PREFIX = "operations/"
RETENTION_MS = 30 * 86_400_000
STORE_RETRY_S = 5.0
CLOSE_S = 0.5


class _Running:
    """An operation under way in this process."""

    def __init__(self, record: OperationRecord, kind: OperationKind) -> None:
        self.record = record
        self.kind = kind
        self.is_cancelled = False
        self.is_over = False
        self.task: asyncio.Task[None] | None = None
        self.finished = asyncio.Event()

    def progress(self, done: int, total: int = 0) -> None:
        self.record = replace(self.record, done_count=done, total_count=total)


class Operations:
    """Starts, runs, shows and ends operations."""

    def __init__(
        self,
        store: OperationStore,
        kinds: Mapping[str, OperationKind],
        clock: Clock,
        *,
        concurrency: int = 2,
    ) -> None:
        """`concurrency` operations run at once; the others wait for their turn."""
        self._store = store
        self._kinds = kinds
        self._clock = clock
        self._slots = asyncio.Semaphore(concurrency)
        # As long as an operation holds or awaits it.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._running: dict[str, _Running] = {}

    async def resume(self) -> int:
        """Run again what was not finished, forget what finished long ago; return how many run."""
        await self._store.delete_done_before(self._clock.now_ms() - RETENTION_MS)
        for record in await self._store.pending():
            if record.kind in self._kinds:
                self._spawn(record)
            else:
                log.error("operation of unknown kind", extra={"operation": record.name})
        return len(self._running)

    async def close(self) -> None:
        """Stop what runs, to be resumed at the next start."""
        tasks = [running.task for running in self._running.values() if running.task is not None]
        busy = set(tasks)
        while busy:
            # More than once: it may wait for a thread that nobody else has to wait for any more.
            for task in busy:
                task.cancel()
            _, busy = await asyncio.wait(busy, timeout=CLOSE_S)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def start(self, kind: str, request: Message) -> operations_pb2.Operation:
        """Begin an operation; durable on return.

        Raises:
            InvalidRequestError: the request cannot be started.
        """
        self._kinds[kind].check(request)
        now_ms = self._clock.now_ms()
        record = OperationRecord(
            name=f"{PREFIX}{now_ms:013d}-{secrets.token_hex(4)}",
            kind=kind,
            request=request.SerializeToString(),
            create_ms=now_ms,
        )
        await self._store.put(record)
        self._spawn(record)
        return self._message(record)

    async def get(self, name: str) -> operations_pb2.Operation:
        """Return an operation as it stands.

        Raises:
            OperationNotFoundError.
        """
        return self._message(await self._record(name))

    async def page(self, after: str, limit: int) -> list[operations_pb2.Operation]:
        """Return at most `limit` operations with a name after `after`, by creation."""
        records = await self._store.page(after=after, limit=limit)
        return [self._message(self._current(record)) for record in records]

    async def wait(self, name: str, timeout_s: float) -> operations_pb2.Operation:
        """Return an operation when it is done, or as it stands after `timeout_s`.

        Raises:
            OperationNotFoundError.
        """
        running = self._running.get(name)
        if running is not None:
            try:
                async with asyncio.timeout(timeout_s):
                    await running.finished.wait()
            except TimeoutError:
                pass
        return await self.get(name)

    async def cancel(self, name: str) -> None:
        """Ask an operation to stop; no effect on one that is done or cannot be cancelled.

        Raises:
            OperationNotFoundError.
        """
        await self._record(name)
        running = self._running.get(name)
        if running is None or running.is_over or running.task is None:
            return
        # Once: a task that was cancelled may wait for its thread, and must not stop waiting.
        if running.kind.is_cancellable and not running.is_cancelled:
            running.is_cancelled = True
            running.task.cancel()

    async def delete(self, name: str) -> None:
        """Forget a finished operation.

        Raises:
            OperationNotFoundError.
            InvalidRequestError: it is not done.
        """
        if not (await self._record(name)).is_done:
            raise InvalidRequestError.of("name", "is still running; cancel it first")
        await self._store.delete(name)

    def _current(self, record: OperationRecord) -> OperationRecord:
        running = self._running.get(record.name)
        return record if running is None or record.is_done else running.record

    async def _record(self, name: str) -> OperationRecord:
        record = await self._store.get(name)
        if record is None:
            raise OperationNotFoundError(name)
        return self._current(record)

    def _spawn(self, record: OperationRecord) -> None:
        running = _Running(record, self._kinds[record.kind])
        self._running[record.name] = running
        running.task = asyncio.create_task(self._run(running), name=record.name)

    async def _run(self, running: _Running) -> None:
        name = running.record.name
        log_request_id.set(name)
        try:
            async with AsyncExitStack() as held:
                done = await self._finished(running, held)
                # It has a result now, which cancelling must not lose.
                running.is_over = True
                await self._keep(done)
                running.record = done
        finally:
            self._running.pop(name, None)
            running.finished.set()

    async def _finished(self, running: _Running, held: AsyncExitStack) -> OperationRecord:
        """Run an operation; what it must be alone with stays `held` until its result is kept."""
        name, kind = running.record.name, running.kind
        try:
            request = kind.request.FromString(running.record.request)
            if kind.alone_with is not None:
                await held.enter_async_context(self._lock(kind.alone_with(request)))
            async with self._slots:
                response = await kind.run(request, running.progress)
        except asyncio.CancelledError:
            if not running.is_cancelled:
                raise
            status = cancelled_status(name).SerializeToString()
            return replace(running.record, is_done=True, error=status)
        except Exception as error:
            if is_fault(error):
                log.exception("operation failed")
            status = status_of(error, name).SerializeToString()
            return replace(running.record, is_done=True, error=status)
        packed = AnyMessage()
        packed.Pack(response)
        return replace(running.record, is_done=True, response=packed.SerializeToString())

    def _lock(self, key: str) -> asyncio.Lock:
        return self._locks.setdefault(key, asyncio.Lock())

    async def _keep(self, record: OperationRecord) -> None:
        """Store a result, however long that takes: it must not be lost to a full disk."""
        while True:
            try:
                return await self._store.put(record)
            except ServerError:
                log.exception("operation result not stored yet", extra={"operation": record.name})
                await asyncio.sleep(STORE_RETRY_S)

    def _message(self, record: OperationRecord) -> operations_pb2.Operation:
        message = operations_pb2.Operation(name=record.name, done=record.is_done)
        kind = self._kinds.get(record.kind)
        if kind is not None:
            request = kind.request.FromString(record.request)
            message.metadata.Pack(kind.metadata(request, record))
        if record.is_done and record.error:
            message.error.ParseFromString(record.error)
        elif record.is_done:
            message.response.ParseFromString(record.response)
        return message
