"""shortlist.v1.EventService."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from google.protobuf.message import Message

from server.core.clock import Clock
from server.core.errors import BatchTooLargeError, InvalidRequestError, ServerError
from server.events.ports import AppendOutcome
from server.events.user_event import NewEvent
from server.gateway.attribution import Attribution
from server.gateway.call import Call, RefusedMessage
from server.gateway.constraints import Constraints
from server.gateway.error_status import MAX_VIOLATIONS
from server.gateway.operation_kinds import IMPORT_EVENTS
from server.gateway.operations import Operations
from server.gateway.pace import Pace
from server.gateway.ports import EventWriter
from server.gateway.translation.events import event_to_core, result_message
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import event_pb2, event_service_pb2
from server.orchestrator.turns import Turns

MAX_BATCH = 500
# The longest that an event's id may be.
MAX_ID = 128
# Results are about one event, so their paths begin there, in batches and streams too.
PATH = "event."


class _Checked(NamedTuple):
    """An event that may be written, or why it may not."""

    event_id: str
    event: NewEvent | ServerError


class EventServicer:
    """Takes what users do; a reply means that the event is durable."""

    def __init__(
        self,
        writer: EventWriter,
        operations: Operations,
        attribution: Attribution,
        constraints: Constraints,
        clock: Clock,
        turns: Turns,
        *,
        stream_window: int = MAX_BATCH,
    ) -> None:
        """`turns`: for the steps of large batches; `stream_window`: events of one stream that may
        wait to be acknowledged."""
        self._writer = writer
        self._operations = operations
        self._attribution = attribution
        self._constraints = constraints
        self._clock = clock
        self._turns = turns
        self._stream_window = stream_window

    async def write_event(
        self, request: event_service_pb2.WriteEventRequest, call: Call
    ) -> event_service_pb2.WriteEventResponse:
        """Write one event."""
        sent_ms = _sent_ms(request)
        event = event_to_core(request.event, call, self._attribution, sent_ms=sent_ms, path=PATH)
        (outcome,) = await self._writer.write([event])
        if isinstance(outcome, ServerError):
            raise outcome
        return event_service_pb2.WriteEventResponse(
            duplicate=outcome.is_duplicate, offset=outcome.offset
        )

    async def batch_write_events(
        self, request: event_service_pb2.BatchWriteEventsRequest, call: Call
    ) -> event_service_pb2.BatchWriteEventsResponse:
        """Write events and answer for each."""
        if not request.events:
            raise InvalidRequestError.of("events", "must have at least 1 entry")
        if len(request.events) > MAX_BATCH:
            raise BatchTooLargeError.of("events", f"must have at most {MAX_BATCH} entries")
        checked = await self._checked_batch(request, call)
        outcomes = await self._write(checked)
        return event_service_pb2.BatchWriteEventsResponse(
            results=[
                result_message(each.event_id, outcome, call.request_id)
                for each, outcome in zip(checked, outcomes, strict=True)
            ]
        )

    async def stream_events(
        self,
        requests: AsyncIterator[event_service_pb2.StreamEventsRequest | RefusedMessage],
        call: Call,
    ) -> AsyncIterator[event_service_pb2.StreamEventsResponse]:
        """Write events as they come, whatever has arrived by then in one commit.

        A client that sends faster than the log commits is held back by flow control.
        """
        arrived: asyncio.Queue[_Checked | None] = asyncio.Queue(self._stream_window)
        reader = asyncio.create_task(self._receive(requests, call, arrived))
        try:
            is_open = True
            while is_open:
                batch = [await arrived.get()]
                while len(batch) < MAX_BATCH and not arrived.empty():
                    batch.append(arrived.get_nowait())
                is_open = None not in batch
                checked = [each for each in batch if each is not None]
                for each, outcome in zip(checked, await self._answer(checked), strict=True):
                    result = result_message(each.event_id, outcome, call.request_id)
                    yield event_service_pb2.StreamEventsResponse(result=result)
            await reader
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _receive(
        self,
        requests: AsyncIterator[event_service_pb2.StreamEventsRequest | RefusedMessage],
        call: Call,
        arrived: asyncio.Queue[_Checked | None],
    ) -> None:
        try:
            async for request in requests:
                await arrived.put(self._checked(request, call))
        except Exception:
            # What has arrived is still answered before the stream ends with the error.
            await arrived.put(None)
            raise
        await arrived.put(None)

    async def import_events(
        self, request: event_service_pb2.ImportEventsRequest, call: Call
    ) -> operations_pb2.Operation:
        """Begin an import."""
        return await self._operations.start(IMPORT_EVENTS, request)

    async def _checked_batch(
        self, request: event_service_pb2.BatchWriteEventsRequest, call: Call
    ) -> list[_Checked]:
        """Check each event; five hundred of two hundred items take most of a second."""
        sent_ms, pace = _sent_ms(request), Pace(self._turns)
        checked: list[_Checked] = []
        for index, event in enumerate(request.events):
            if pace.is_due:
                await pace.rest()
            refusal = call.refusals.get(index)
            if refusal is not None:
                checked.append(_Checked(event.event_id, refusal))
            else:
                checked.append(self._check(event, sent_ms, call))
        return checked

    def _checked(
        self, request: event_service_pb2.StreamEventsRequest | RefusedMessage, call: Call
    ) -> _Checked:
        """Check a message of a stream; what is kept of it has no more than an event may have."""
        if isinstance(request, RefusedMessage):
            return _Checked(_shown_id(request.message), _lightened(request.error))
        try:
            self._constraints.require(request)
            now = replace(call, received_ms=self._clock.now_ms())
            checked = self._check(request.event, _sent_ms(request), now)
        except ServerError as error:
            checked = _Checked(request.event.event_id, error)
        if isinstance(checked.event, ServerError):
            return _Checked(_shown_id(request), _lightened(checked.event))
        return checked

    def _check(self, message: event_pb2.Event, sent_ms: int | None, call: Call) -> _Checked:
        try:
            self._constraints.require(message, PATH)
            event = event_to_core(message, call, self._attribution, sent_ms=sent_ms, path=PATH)
            return _Checked(message.event_id, event)
        except ServerError as error:
            return _Checked(message.event_id, error)

    async def _write(self, checked: Sequence[_Checked]) -> list[AppendOutcome]:
        good = [each.event for each in checked if isinstance(each.event, NewEvent)]
        written = iter(await self._writer.write(good) if good else ())
        return [
            each.event if isinstance(each.event, ServerError) else next(written) for each in checked
        ]

    async def _answer(self, checked: Sequence[_Checked]) -> list[AppendOutcome]:
        """Write a part of a stream; if the log cannot, that is every event's answer."""
        try:
            return await self._write(checked)
        except ServerError as error:
            return [
                each.event if isinstance(each.event, ServerError) else error for each in checked
            ]


def _shown_id(message: Message | None) -> str:
    """Return the id of a streamed event, if it can be read, and no longer than an id may be: many
    answers may wait for a client that reads none, and what was refused can be of any size."""
    if isinstance(message, event_service_pb2.StreamEventsRequest):
        return message.event.event_id[:MAX_ID]
    return ""


def _lightened(error: ServerError) -> ServerError:
    """Return the error without what nobody is told, and the frames that raised it: these hold the
    message."""
    error.__cause__ = error.__context__ = None
    if isinstance(error, InvalidRequestError):
        error.violations = error.violations[:MAX_VIOLATIONS]
    return error.with_traceback(None)


def _sent_ms(
    request: (
        event_service_pb2.WriteEventRequest
        | event_service_pb2.BatchWriteEventsRequest
        | event_service_pb2.StreamEventsRequest
    ),
) -> int | None:
    return request.sent_time.ToMilliseconds() if request.HasField("sent_time") else None
