"""Takes what users do. A reply means that the event is durable; a replay is harmless.

Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
SUBJECT_MISMATCH, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and INTERNAL.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncGenerator, AsyncIterator

from typing_extensions import TypedDict, Unpack

from shortlist_sdk import v1
from shortlist_sdk._messages.google import longrunning
from shortlist_sdk.call_options import CallOptions
from shortlist_sdk.caller import Caller
from shortlist_sdk.codes import Code
from shortlist_sdk.method import Method
from shortlist_sdk.operations import OperationHandle
from shortlist_sdk.requests import request_of


class WriteEventRequestFields(TypedDict, total=False):
    """The fields of WriteEventRequest."""

    event: v1.Event | None
    sent_time: datetime.datetime | None


class BatchWriteEventsRequestFields(TypedDict, total=False):
    """The fields of BatchWriteEventsRequest."""

    events: list[v1.Event]
    sent_time: datetime.datetime | None


class ImportEventsRequestFields(TypedDict, total=False):
    """The fields of ImportEventsRequest."""

    path: str
    columns: v1.EventColumns | None


WRITE_EVENT = Method(
    "/shortlist.v1.EventService/WriteEvent",
    v1.WriteEventRequest,
    v1.WriteEventResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=5.0,
)
BATCH_WRITE_EVENTS = Method(
    "/shortlist.v1.EventService/BatchWriteEvents",
    v1.BatchWriteEventsRequest,
    v1.BatchWriteEventsResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
)
STREAM_EVENTS = Method(
    "/shortlist.v1.EventService/StreamEvents",
    v1.StreamEventsRequest,
    v1.StreamEventsResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
)
IMPORT_EVENTS = Method(
    "/shortlist.v1.EventService/ImportEvents",
    v1.ImportEventsRequest,
    longrunning.Operation,
    deadline_s=30.0,
)


class EventService:
    """Takes what users do. A reply means that the event is durable; a replay is harmless.

    Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
    SUBJECT_MISMATCH, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and INTERNAL.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def write_event(
        self,
        request: v1.WriteEventRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[WriteEventRequestFields],
    ) -> v1.WriteEventResponse:
        """Writes one event. Errors: INVALID_REQUEST, EVENT_TOO_OLD, EVENT_FROM_FUTURE,
        EVENT_ID_CONFLICT.
        """
        message = request_of(v1.WriteEventRequest, request, fields)
        return await self._caller.unary(WRITE_EVENT, message, call_options)

    async def batch_write_events(
        self,
        request: v1.BatchWriteEventsRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[BatchWriteEventsRequestFields],
    ) -> v1.BatchWriteEventsResponse:
        """Writes up to 500 events and answers for each: one bad event does not fail the
        others. Errors of the whole batch: INVALID_REQUEST, BATCH_TOO_LARGE.
        """
        message = request_of(v1.BatchWriteEventsRequest, request, fields)
        return await self._caller.unary(BATCH_WRITE_EVENTS, message, call_options)

    def stream_events(
        self,
        requests: AsyncIterator[v1.StreamEventsRequest],
        /,
        *,
        call_options: CallOptions | None = None,
    ) -> AsyncGenerator[v1.StreamEventsResponse, None]:
        """Writes events as they come and acknowledges each, in any order."""
        return self._caller.stream(STREAM_EVENTS, requests, call_options)

    async def import_events(
        self,
        request: v1.ImportEventsRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ImportEventsRequestFields],
    ) -> OperationHandle[v1.ImportEventsResponse, v1.ImportEventsMetadata]:
        """Imports a file of events that lies in the deployment's import folder. Errors:
        INVALID_REQUEST. The operation's response is ImportEventsResponse, its metadata
        ImportEventsMetadata.
        """
        message = request_of(v1.ImportEventsRequest, request, fields)
        operation = await self._caller.unary(IMPORT_EVENTS, message, call_options)
        return OperationHandle(
            self._caller, operation, v1.ImportEventsResponse, v1.ImportEventsMetadata
        )
