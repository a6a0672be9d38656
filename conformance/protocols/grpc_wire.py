"""Calls a target over gRPC with bytes on both sides, and keeps what went over the wire."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import grpc
from google.protobuf.message import DecodeError

from conformance.answer import DETAILS_KEY, Answer, error_of_details, own_error
from conformance.case import JSON
from conformance.contract import Contract
from conformance.protocols.call import Call
from conformance.protocols.messages import encode, read_bytes
from conformance.protocols.trace import Trace

MAX_REPLY = 64 * 1024 * 1024


class Wire:
    """One channel to a target."""

    def __init__(self, channel: grpc.Channel, contract: Contract) -> None:
        self._channel = channel
        self._contract = contract

    def call(self, call: Call, trace: Trace) -> Answer:
        """Make a unary call and return what came of it."""
        started, future = self._begun(call, trace)
        answer = Answer()
        with self._ending(answer, future, trace, started):
            answer.reply = read_bytes(self._contract, call, future.result())
        return answer

    def cancelled(self, call: Call, after_s: float, trace: Trace) -> Answer:
        """Make a unary call, cancel it after a while, and return what came of it."""
        started, future = self._begun(call, trace)
        time.sleep(after_s)
        future.cancel()
        answer = Answer(elapsed_ms=_since_ms(started))
        try:
            answer.reply = read_bytes(self._contract, call, future.result())
        except grpc.FutureCancelledError:
            answer.error = own_error("CANCELLED")
        except grpc.RpcError as error:
            self._note_error(error, answer)
        trace.received(answer)
        return answer

    def stream(self, call: Call, trace: Trace) -> Answer:
        """Send a list of messages on a stream, close it, and gather the replies."""
        raws = [self._sent(call, body, trace) for body in call.body]
        method: JSON = self._channel.stream_stream(call.path)
        started = time.monotonic()
        stream = method(iter(raws), timeout=call.timeout_s, metadata=call.metadata)
        replies: list[JSON] = []
        answer = Answer(reply={"replies": replies})
        with self._ending(answer, stream, trace, started):
            replies.extend(read_bytes(self._contract, call, raw) for raw in stream)
        return answer

    def _begun(self, call: Call, trace: Trace) -> tuple[float, JSON]:
        """Begin a unary call; return when that was, and what will be its reply."""
        raw = self._sent(call, call.body, trace)
        method: JSON = self._channel.unary_unary(call.path)
        started = time.monotonic()
        return started, method.future(raw, timeout=call.timeout_s, metadata=call.metadata)

    def _sent(self, call: Call, body: JSON, trace: Trace) -> bytes:
        trace.sent(call.path, call.metadata, body)
        return encode(self._contract, call, body)

    @contextmanager
    def _ending(self, answer: Answer, rpc: JSON, trace: Trace, started: float) -> Iterator[None]:
        """Note in the answer how a call ends, whatever the block makes of its replies."""
        try:
            yield
        except grpc.RpcError as error:
            self._note_error(error, answer)
        except DecodeError as error:
            rpc.cancel()
            answer.error = own_error("UNKNOWN", f"unreadable reply: {error}")
        answer.elapsed_ms = _since_ms(started)
        answer.headers = _metadata(rpc.initial_metadata())
        answer.trailers = _metadata(rpc.trailing_metadata())
        trace.received(answer)

    def _note_error(self, error: JSON, answer: Answer) -> None:
        raw = dict(error.trailing_metadata() or ()).get(DETAILS_KEY)
        details = raw if isinstance(raw, bytes) else None
        code, message = error.code().name, error.details() or ""
        answer.error = error_of_details(code, message, details, self._contract)
        answer.timed_out = code == "DEADLINE_EXCEEDED" and details is None


def _since_ms(started: float) -> float:
    return (time.monotonic() - started) * 1000


def _metadata(pairs: JSON) -> dict[str, str]:
    found: Mapping[str, JSON] = dict(pairs or ())
    return {key: value for key, value in found.items() if isinstance(value, str)}
