"""Calls methods through an edge in a protocol over HTTP/1.1; the protocol is a coder's."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from conformance.answer import Answer, own_error
from conformance.protocols.call import Call
from conformance.protocols.edge_connections import (
    FAILURES,
    EdgeConnections,
    Exchange,
    HttpReply,
    HttpRequest,
)
from conformance.protocols.trace import Trace

Read = Callable[[Call, HttpReply], Answer]
# What reading raises where a reply has another form than its protocol says.
_UNREADABLE = (
    DecodeError,
    json_format.ParseError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)


class NotExpressibleError(Exception):
    """A protocol has no form for a call: says why. A case that makes it is skipped."""


class Coder(Protocol):
    """How a protocol puts calls into HTTP; what it raises on replies is an unreadable reply."""

    def request(self, call: Call) -> HttpRequest:
        """Return a unary call's request; NotExpressibleError: there is none."""

    def answer(self, call: Call, reply: HttpReply) -> Answer:
        """Return what came of a unary call."""

    def stream_request(self, call: Call) -> HttpRequest:
        """Return the request of a stream that sends a list; NotExpressibleError: there is none."""

    def stream_answer(self, call: Call, reply: HttpReply) -> Answer:
        """Return what came of a stream, as `{replies}`, beside an error if it ended in one."""


class EdgeWire:
    """One edge, spoken to in one protocol."""

    def __init__(self, connections: EdgeConnections, coder: Coder) -> None:
        self._connections = connections
        self._coder = coder

    def call(self, call: Call, trace: Trace) -> Answer:
        """Make a unary call and return what came of it."""
        request = self._coder.request(call)
        return _noted(call, request, trace, lambda: self._told(call, request, self._coder.answer))

    def stream(self, call: Call, trace: Trace) -> Answer:
        """Send a list of messages, then gather the replies: HTTP/1.1 has no more than that."""
        request = self._coder.stream_request(call)
        read = self._coder.stream_answer
        return _noted(call, request, trace, lambda: self._told(call, request, read))

    def cancelled(self, call: Call, after_s: float, trace: Trace) -> Answer:
        """Make a unary call, give it up after a while, and return what came of it."""
        request = self._coder.request(call)
        return _noted(call, request, trace, lambda: self._given_up(call, request, after_s))

    def _told(self, call: Call, request: HttpRequest, read: Read) -> Answer:
        return _read(call, self._connections.exchange(request, call.timeout_s), read)

    def _given_up(self, call: Call, request: HttpRequest, after_s: float) -> Answer:
        exchange = Exchange(self._connections, request, call.timeout_s)
        time.sleep(after_s)
        if exchange.is_answered():
            return _read(call, exchange.reply(), self._coder.answer)
        exchange.give_up()
        return Answer(error=own_error("CANCELLED"))


def milliseconds(timeout_s: float) -> int:
    """Return a deadline as protocols send it; never none at all."""
    return max(1, round(timeout_s * 1000))


def _noted(
    call: Call, request: HttpRequest, trace: Trace, answered: Callable[[], Answer]
) -> Answer:
    """Return what comes of a request, in whatever way it is made, and keep it in the trace."""
    trace.sent(f"{request.verb} {request.path}", request.headers, call.body)
    started = time.monotonic()
    try:
        answer = answered()
    except FAILURES as error:
        is_late = isinstance(error, TimeoutError)
        code = "DEADLINE_EXCEEDED" if is_late else "UNAVAILABLE"
        shown = own_error(code, f"{type(error).__name__}: {error}")
        answer = Answer(error=shown, timed_out=is_late)
    answer.elapsed_ms = (time.monotonic() - started) * 1000
    trace.received(answer)
    return answer


def _read(call: Call, reply: HttpReply, read: Read) -> Answer:
    try:
        return read(call, reply)
    except _UNREADABLE as error:
        text = f"unreadable reply (HTTP {reply.status}, {reply.body[:200]!r}): {error}"
        return Answer(error=own_error("UNKNOWN", text), headers=reply.headers)
