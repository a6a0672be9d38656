"""Collects events and sends them in batches; what is enqueued arrives, once."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import betterproto2

from .call_options import CallOptions
from .caller import Caller
from .codes import Code
from .errors import MusicError, typed_error
from .event_store import EventStore, MemoryStore
from .method import Method
from .retrying import backoff
from .status import read_status

EventT = TypeVar("EventT", bound=betterproto2.Message)

_RETRY_BASE_S, _RETRY_CAP_S = 1.0, 60.0
# Of a whole batch: sending it again would fail again.
_PERMANENT = frozenset(
    {
        Code.INVALID_ARGUMENT,
        Code.NOT_FOUND,
        Code.ALREADY_EXISTS,
        Code.FAILED_PRECONDITION,
        Code.OUT_OF_RANGE,
        Code.UNIMPLEMENTED,
    }
)


@dataclass(frozen=True)
class EventFields(Generic[EventT]):
    """The method that takes batches, and the fields it takes them in."""

    method: Method[Any, Any]
    event_type: type[EventT]
    events: str
    event_id: str
    event_time: str
    sent_time: str
    results: str
    error: str
    max_events: int


@dataclass(frozen=True)
class QueueOptions:
    """When a queue sends: as soon as one of these is reached."""

    max_count: int = 50
    max_bytes: int = 64 * 1024
    max_age_s: float = 5.0


class EventQueue(Generic[EventT]):
    """Sends events in batches, one batch at a time.

    An event whose call fails stays and is sent again, after 1 s and up to 60 s; one that the server
    refuses is removed and reported. With a `FileStore` events survive the process; the server knows
    them by their ids, so that none counts twice.
    """

    def __init__(
        self,
        caller: Caller,
        fields: EventFields[EventT],
        *,
        store: EventStore | None = None,
        options: QueueOptions | None = None,
        on_rejected: Callable[[EventT, MusicError], None] | None = None,
        on_dropped: Callable[[EventT], None] | None = None,
    ) -> None:
        """on_rejected: the server refused an event. on_dropped: the store was full."""
        self._caller = caller
        self._fields = fields
        self._store = store or MemoryStore()
        self._options = options or QueueOptions()
        self._on_rejected = on_rejected
        self._on_dropped = on_dropped
        self._sending = asyncio.Lock()
        self._wake = asyncio.Event()
        self._oldest: float | None = None
        self._worker: asyncio.Task[None] | None = None
        self._is_closed = False
        self.dropped_count = 0
        self.rejected_count = 0

    async def __aenter__(self) -> EventQueue[EventT]:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Make ready, and begin to send what an earlier process left."""
        if self._worker is None and not self._is_closed:
            await self._store.open()
            self._worker = asyncio.ensure_future(self._work())
            if self._store.count():
                self._oldest = self._caller.clock.monotonic() - self._options.max_age_s
                self._wake.set()

    async def enqueue(self, event: EventT) -> str:
        """Keep an event for sending and return its id; durable, with a `FileStore`, on return.

        Fills the event's id and time where they are empty; the event itself is not changed.
        """
        if self._is_closed:
            raise RuntimeError("the event queue is closed")
        await self.open()
        kept = self._fields.event_type.parse(bytes(event))
        event_id: str = getattr(kept, self._fields.event_id) or str(uuid.uuid4())
        setattr(kept, self._fields.event_id, event_id)
        if getattr(kept, self._fields.event_time) is None:
            setattr(kept, self._fields.event_time, self._caller.clock.now())
        dropped = await self._store.append(bytes(kept))
        self._report_dropped(dropped)
        if self._oldest is None:
            self._oldest = self._caller.clock.monotonic()
        self._wake.set()
        return event_id

    async def flush(self, timeout_s: float | None = None) -> bool:
        """Send all there is now; return whether nothing is left. One failed call ends it."""
        await self.open()
        try:
            async with asyncio.timeout(timeout_s):
                return await self._flush()
        except TimeoutError:
            return False

    async def close(self, timeout_s: float = 5.0) -> bool:
        """Flush, stop and close the store; return whether everything was sent."""
        if self._is_closed:
            return self._store.count() == 0
        is_empty = await self.flush(timeout_s)
        self._is_closed = True
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        await self._store.close()
        return is_empty

    def count(self) -> int:
        """Return how many events wait."""
        return self._store.count()

    async def _work(self) -> None:
        """Send whenever it is time, until cancelled."""
        failures = 0
        while True:
            await self._until_due()
            if await self._send_all():
                failures = 0
            else:
                wait_s = backoff(
                    failures, base_s=_RETRY_BASE_S, cap_s=_RETRY_CAP_S, clock=self._caller.clock
                )
                failures += 1
                await self._caller.clock.sleep(wait_s)

    async def _until_due(self) -> None:
        while True:
            self._wake.clear()
            left_s = self._due_in()
            if left_s is not None and left_s <= 0:
                return
            if left_s is None:
                await self._wake.wait()
                continue
            await self._either(left_s)

    async def _either(self, left_s: float) -> None:
        """Wait until the time is up or something was enqueued."""
        pause = asyncio.ensure_future(self._caller.clock.sleep(left_s))
        woken = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait((pause, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            woken.cancel()

    def _due_in(self) -> float | None:
        """Return in how many seconds to send; None: there is nothing to send."""
        count = self._store.count()
        if not count:
            self._oldest = None
            return None
        is_full = count >= self._options.max_count
        if is_full or self._store.size_bytes() >= self._options.max_bytes:
            return 0.0
        if self._oldest is None:
            # It is being enqueued just now: the event is in the store before its file is written.
            self._oldest = self._caller.clock.monotonic()
        return self._oldest + self._options.max_age_s - self._caller.clock.monotonic()

    async def _flush(self) -> bool:
        while self._store.count():
            if not await self._send_all():
                return False
        return True

    async def _send_all(self) -> bool:
        """Send batches until what is due is sent; return whether no call failed."""
        async with self._sending:
            while self._store.count():
                batch = self._store.first(
                    min(self._options.max_count, self._fields.max_events), self._options.max_bytes
                )
                if not await self._send(batch):
                    return False
            self._oldest = None
            return True

    async def _send(self, batch: Sequence[tuple[int, bytes]]) -> bool:
        events = [self._fields.event_type.parse(body) for _, body in batch]
        try:
            results = await self._call(events)
        except MusicError as error:
            return await self._refused(batch, events, error)
        if len(results) != len(batch):
            # No answer to some of them is no answer; ids make sending again harmless.
            return False
        settled, is_whole = [], True
        for (number, _), event, failure in zip(batch, events, results, strict=True):
            if failure is not None and failure.is_retryable:
                is_whole = False
                continue
            settled.append(number)
            if failure is not None:
                self._report_rejected(event, failure)
        await self._store.remove(settled)
        return is_whole

    async def _call(self, events: Sequence[EventT]) -> list[MusicError | None]:
        method, names = self._fields.method, self._fields
        request = method.request_type()
        setattr(request, names.events, list(events))
        setattr(request, names.sent_time, self._caller.clock.now())
        # The queue repeats by itself, with longer waits and a new time of sending.
        reply = await self._caller.unary(method, request, CallOptions(retry=False))
        failures = (getattr(result, names.error) for result in getattr(reply, names.results))
        return [None if each is None else typed_error(read_status(each)) for each in failures]

    async def _refused(
        self, batch: Sequence[tuple[int, bytes]], events: Sequence[EventT], error: MusicError
    ) -> bool:
        if error.code not in _PERMANENT:
            return False
        if len(batch) > 1:
            # One event may have spoilt it for the others.
            for each in batch:
                if not await self._send([each]):
                    return False
            return True
        await self._store.remove([batch[0][0]])
        self._report_rejected(events[0], error)
        return True

    def _report_rejected(self, event: EventT, error: MusicError) -> None:
        self.rejected_count += 1
        if self._on_rejected:
            self._on_rejected(event, error)

    def _report_dropped(self, bodies: Sequence[bytes]) -> None:
        self.dropped_count += len(bodies)
        if self._on_dropped:
            for body in bodies:
                self._on_dropped(self._fields.event_type.parse(body))
