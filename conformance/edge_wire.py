"""Calls methods through an edge in a protocol over HTTP/1.1; the protocol is a coder's."""

from __future__ import annotations

import binascii
import time
from typing import Protocol

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from conformance.answer import CODES, Answer
from conformance.case import JSON
from conformance.edge_connections import (
    FAILURES,
    EdgeConnections,
    Exchange,
    HttpReply,
    HttpRequest,
)
from conformance.wire import Call, Trace

_UNREADABLE = (DecodeError, json_format.ParseError, binascii.Error, ValueError, KeyError, TypeError)


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
        return self._exchanged(call, request, self._coder.answer, trace)

    def stream(self, call: Call, trace: Trace) -> Answer:
        """Send a list of messages, then gather the replies: HTTP/1.1 has no more than that."""
        request = self._coder.stream_request(call)
        return self._exchanged(call, request, self._coder.stream_answer, trace)

    def cancelled(self, call: Call, after_s: float, trace: Trace) -> Answer:
        """Make a unary call, give it up after a while, and return what came of it."""
        request = self._coder.request(call)
        _note(trace, call, request)
        started = time.monotonic()
        answer = Answer(error={"code": "CANCELLED", "reason": "", "from_server": False})
        try:
            exchange = Exchange(self._connections, request, call.timeout_s)
            time.sleep(after_s)
            if exchange.is_answered():
                answer = self._coder.answer(call, exchange.reply())
            else:
                exchange.give_up()
        except FAILURES as error:
            answer = _failed(error)
        answer.elapsed_ms = (time.monotonic() - started) * 1000
        trace.received(answer)
        return answer

    def _exchanged(self, call: Call, request: HttpRequest, read: JSON, trace: Trace) -> Answer:
        _note(trace, call, request)
        started = time.monotonic()
        try:
            reply = self._connections.exchange(request, call.timeout_s)
        except FAILURES as error:
            answer = _failed(error)
        else:
            try:
                answer = read(call, reply)
            except _UNREADABLE as error:
                answer = _unreadable(reply, error)
        answer.elapsed_ms = (time.monotonic() - started) * 1000
        trace.received(answer)
        return answer


def milliseconds(timeout_s: float) -> int:
    """Return a deadline as protocols send it; never none at all."""
    return max(1, round(timeout_s * 1000))


def _note(trace: Trace, call: Call, request: HttpRequest) -> None:
    trace.sent(f"{request.verb} {request.path}", request.headers, call.body)


def _failed(error: Exception) -> Answer:
    code = "DEADLINE_EXCEEDED" if isinstance(error, TimeoutError) else "UNAVAILABLE"
    message = f"{type(error).__name__}: {error}"
    shown = {"code": code, "reason": "", "message": message, "from_server": False}
    return Answer(error=shown, timed_out=isinstance(error, TimeoutError))


def _unreadable(reply: HttpReply, error: Exception) -> Answer:
    message = f"unreadable reply (HTTP {reply.status}, {reply.body[:200]!r}): {error}"
    shown = {"code": CODES[2], "reason": "", "message": message, "from_server": False}
    return Answer(error=shown, headers=reply.headers)
