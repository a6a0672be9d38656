"""The one wrapper around every unary RPC: from raw bytes to raw bytes.

It stands where an interceptor would, but before the request is read, so that strangers cannot fill
the memory with what they send, and before it is parsed, so that refusing one under load costs
little; and it is one coroutine deep.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import grpc

from server.core.errors import DeadlineTooShortError, InvalidRequestError, OverloadedError
from server.gateway.call import Call
from server.gateway.edge import Context, Edge
from server.gateway.error_status import REQUEST_ID_KEY, code_of
from server.gateway.routes import Route
from server.observability.logs import request_id as log_request_id
from server.observability.tracing import traceparent_of


class UnaryRpc:
    """Checks who calls, reads, admits, parses, checks, answers, counts.

    For gRPC it is a method whose requests are a stream: of other methods it reads the request
    before it asks for an answer.
    """

    def __init__(self, route: Route, edge: Edge) -> None:
        self._route = route
        self._edge = edge
        self._lane = route.lane

    async def serve(self, _requests: object, context: Context) -> bytes:
        """Answer one RPC; its request is read from the context."""
        started_s = time.monotonic()
        call = self._edge.begin(context)
        if self._edge.is_refusing:
            await self._edge.fail(self._route, self._edge.going(), call, context)
        try:
            await self._edge.guard.admit(self._route.policy, call)
        except Exception as error:
            self._edge.metrics.request(self._route.path, code_of(error).name, 0.0)
            await self._edge.fail(self._route, error, call, context)
        # Before it takes a place in the lane: a request may arrive slowly.
        raw = await self._received(call, context)
        if raw is grpc.aio.EOF:
            nothing = InvalidRequestError("the call has no request")
            await self._edge.fail(self._route, nothing, call, context)
        lane = self._lane
        if lane is None:
            return await self._answer(raw, call, context, started_s)
        if not lane.try_enter():
            try:
                await lane.enter()
            except OverloadedError as error:
                self._edge.metrics.shed(lane.name)
                self._edge.metrics.request(self._route.path, code_of(error).name, 0.0)
                await self._edge.fail(self._route, error, call, context)
        entered_s = time.monotonic()
        try:
            return await self._answer(raw, call, context, started_s)
        finally:
            lane.leave(time.monotonic() - entered_s)

    async def _received(self, call: Call, context: Context) -> Any:  # noqa: ANN401 - bytes, or EOF
        """Return the request; who sets no deadline may not take forever to send it."""
        if context.time_remaining() is not None:
            return await context.read()
        try:
            async with asyncio.timeout(call.remaining_s()):
                return await context.read()
        except TimeoutError:
            late = DeadlineTooShortError("the request did not arrive in time")
            self._edge.metrics.request(self._route.path, code_of(late).name, 0.0)
            await self._edge.fail(self._route, late, call, context)

    async def _answer(self, raw: bytes, call: Call, context: Context, started_s: float) -> bytes:
        edge, route = self._edge, self._route
        log_request_id.set(call.request_id)
        span = edge.tracing.begin(route.path, call.traceparent)
        if span is not None:
            call.traceparent = traceparent_of(span)
        code = "OK"
        try:
            request = await edge.parse(route, raw)
            if route.has_request_id:
                edge.adopt_request_id(request, call)
            edge.constraints.require(request)
            edge.guard.require_own(route.policy, request, call)
            if not route.accepts_short_deadline and call.remaining_s() < edge.minimum_deadline_s:
                raise DeadlineTooShortError("too little time is left to answer")
            response = await route.method(request, call)
            if call.reply_headers:
                await context.send_initial_metadata(call.reply_headers)
            context.set_trailing_metadata(((REQUEST_ID_KEY, call.request_id),))
            reply: bytes = response.SerializeToString()
            return reply
        except asyncio.CancelledError:
            code = "CANCELLED"
            raise
        except Exception as error:
            code = code_of(error).name
            await edge.fail(route, error, call, context)
        finally:
            edge.metrics.request(route.path, code, time.monotonic() - started_s)
            if span is not None:
                edge.tracing.end(span, code, call.request_id)
