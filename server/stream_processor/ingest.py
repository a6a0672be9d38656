"""The way in for events: durable first, then at once in states and signals."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from server.core.errors import ServerError
from server.events.ports import Appended, AppendOutcome, EventLog
from server.events.user_event import LoggedEvent, NewEvent
from server.stream_processor.processor import StreamProcessor

log = logging.getLogger(__name__)


class EventIngest:
    """Appends events to the log and applies them before it answers."""

    def __init__(self, events: EventLog, processor: StreamProcessor) -> None:
        self._events = events
        self._processor = processor
        self._tasks: set[asyncio.Task[list[AppendOutcome]]] = set()

    async def write(self, events: Sequence[NewEvent]) -> list[AppendOutcome]:
        """Return one outcome for each event; the accepted ones count in the next request.

        A caller that goes away meanwhile changes nothing: what was written is also applied.

        Raises:
            OverloadedError, StorageFullError, UnavailableError: nothing was written.
        """
        task = asyncio.get_running_loop().create_task(self._write(events))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for the writes that were begun."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _write(self, events: Sequence[NewEvent]) -> list[AppendOutcome]:
        outcomes = await self._events.append(events)
        accepted = [
            LoggedEvent(
                offset=outcome.offset,
                received_ms=outcome.received_ms,
                event=new.event,
                is_imported=new.is_imported,
            )
            for new, outcome in zip(events, outcomes, strict=True)
            if isinstance(outcome, Appended) and not outcome.is_duplicate
        ]
        if accepted:
            try:
                await self._processor.apply(accepted)
            except ServerError:
                # They are durable, and the processor applies them as soon as it can.
                log.warning("events will count later", exc_info=True)
        return outcomes
