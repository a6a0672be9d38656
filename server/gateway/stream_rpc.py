"""The wrapper around bidirectional RPCs: messages in, messages out, and an end when draining."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc
from google.protobuf.message import Message

from server.core.errors import InvalidRequestError, SubjectMismatchError
from server.gateway.call import Call, RefusedMessage
from server.gateway.edge import Context, Edge
from server.gateway.error_status import REQUEST_ID_KEY, code_of
from server.gateway.routes import Route
from server.observability.logs import request_id as log_request_id
from server.observability.tracing import traceparent_of


class StreamRpc:
    """Opens, feeds and ends the streams of one method."""

    def __init__(self, route: Route, edge: Edge) -> None:
        self._route = route
        self._edge = edge
        self._open: set[_Incoming] = set()
        self._is_draining = False

    async def serve(self, _requests: object, context: Context) -> None:
        """Answer one stream; the requests are read from the context, one at a time."""
        edge, route = self._edge, self._route
        started_s = time.monotonic()
        call = edge.begin(context)
        log_request_id.set(call.request_id)
        span = edge.tracing.begin(route.path, call.traceparent)
        if span is not None:
            call.traceparent = traceparent_of(span)
        code = "OK"
        incoming = _Incoming(route, edge, call, context)
        self._open.add(incoming)
        try:
            await edge.guard.admit(route.policy, call)
            self._require_room()
            async with aclosing(route.method(incoming, call)) as responses:
                async for response in responses:
                    await context.write(response.SerializeToString())
            context.set_trailing_metadata(((REQUEST_ID_KEY, call.request_id),))
        except asyncio.CancelledError:
            code = "CANCELLED"
            raise
        except Exception as error:
            code = code_of(error).name
            await edge.fail(route, error, call, context)
        finally:
            self._open.discard(incoming)
            edge.metrics.request(route.path, code, time.monotonic() - started_s)
            if span is not None:
                edge.tracing.end(span, code, call.request_id)

    def drain(self) -> None:
        """End all streams once what they have sent is answered, and open no more."""
        self._is_draining = True
        for incoming in self._open:
            incoming.stop()

    def _require_room(self) -> None:
        if self._is_draining:
            raise self._edge.going()
        lane = self._route.lane
        if lane is not None and lane.is_full:
            self._edge.metrics.shed(lane.name)
            raise lane.refusal()


class _Incoming:
    """The messages of one stream; an undecodable or forbidden one comes with its error."""

    def __init__(self, route: Route, edge: Edge, call: Call, context: Context) -> None:
        self._route = route
        self._edge = edge
        self._call = call
        self._context = context
        self._reader: asyncio.Task[Any] | None = None
        self._is_stopped = False

    def stop(self) -> None:
        """Let the stream end with UNAVAILABLE instead of another message."""
        self._is_stopped = True
        if self._reader is not None:
            self._reader.cancel()

    def __aiter__(self) -> AsyncIterator[Message | RefusedMessage]:
        return self

    async def __anext__(self) -> Message | RefusedMessage:
        raw = await self._read()
        if raw is grpc.aio.EOF:
            raise StopAsyncIteration
        await self._edge.guard.admit_message(self._route.policy, self._call)
        message: Message | None = None
        try:
            message = await self._edge.parse(self._route, raw)
            self._edge.guard.require_own(self._route.policy, message, self._call)
        except (InvalidRequestError, SubjectMismatchError) as error:
            return RefusedMessage(error, message)
        return message

    async def _read(self) -> Any:  # noqa: ANN401 - bytes, or grpc's EOF
        self._raise_if_stopped()
        task = self._reader = asyncio.current_task()
        try:
            return await self._context.read()
        except asyncio.CancelledError:
            # `stop` cancels once; whoever else cancels is not to be answered.
            if task is not None and task.uncancel() == 0:
                self._raise_if_stopped()
            raise
        finally:
            self._reader = None

    def _raise_if_stopped(self) -> None:
        if self._is_stopped:
            raise self._edge.going() from None
