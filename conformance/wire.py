"""Calls a target over gRPC with bytes on both sides, and keeps what went over the wire."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError

from conformance.answer import DETAILS_KEY, Answer, error_of_details, with_errors
from conformance.case import JSON
from conformance.contract import Contract

MAX_REPLY = 64 * 1024 * 1024
SECRET = ("x-api-key", "authorization")
SHOWN = 2000


@dataclass(slots=True)
class Trace:
    """What went over the wire for one case, in readable lines."""

    lines: list[str] = field(default_factory=list)

    def sent(self, path: str, metadata: Iterable[tuple[str, str]], body: JSON) -> None:
        """Note a request; credentials are not shown."""
        shown = {key: "***" if key in SECRET else value for key, value in metadata}
        self.lines.append(f"> {path} {shown or ''} {_short(body)}")

    def received(self, answer: Answer) -> None:
        """Note what came back."""
        what = _short(answer.error if answer.error else answer.reply)
        self.lines.append(f"< {answer.elapsed_ms:.1f} ms {answer.headers} {what} {answer.trailers}")

    def text(self) -> str:
        """Return the last lines; earlier ones of a long case are left out."""
        return "\n".join(self.lines[-30:])


def _short(body: JSON) -> str:
    text = json.dumps(body, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(text)} characters)"


@dataclass(slots=True)
class Call:
    """One call to make."""

    method: MethodDescriptor
    body: JSON
    metadata: tuple[tuple[str, str], ...] = ()
    timeout_s: float = 15.0
    unknown_fields: bytes = b""


class Wire:
    """One channel to a target."""

    def __init__(self, channel: grpc.Channel, contract: Contract) -> None:
        self._channel = channel
        self._contract = contract

    def call(self, call: Call, trace: Trace) -> Answer:
        """Make a unary call and return what came of it."""
        path, raw = self._prepared(call, call.body, trace)
        method: JSON = self._channel.unary_unary(path)
        started = time.monotonic()
        future = method.future(raw, timeout=call.timeout_s, metadata=call.metadata)
        return self._outcome(call, future, started, trace)

    def cancelled(self, call: Call, after_s: float, trace: Trace) -> Answer:
        """Make a unary call, cancel it after a while, and return what came of it."""
        path, raw = self._prepared(call, call.body, trace)
        started = time.monotonic()
        method: JSON = self._channel.unary_unary(path)
        future = method.future(raw, timeout=call.timeout_s, metadata=call.metadata)
        time.sleep(after_s)
        future.cancel()
        answer = Answer(elapsed_ms=(time.monotonic() - started) * 1000)
        try:
            answer.reply = self._read(call, future.result())
        except grpc.FutureCancelledError:
            answer.error = {"code": "CANCELLED", "reason": "", "message": "", "from_server": False}
        except grpc.RpcError as error:
            answer.error = {"code": error.code().name, "reason": "", "from_server": False}
        trace.received(answer)
        return answer

    def stream(self, call: Call, trace: Trace) -> Answer:
        """Send a list of messages on a stream, close it, and gather the replies."""
        path = ""
        raws = []
        for body in call.body:
            path, raw = self._prepared(call, body, trace)
            raws.append(raw)
        path = path or _path(call.method)
        started = time.monotonic()
        method: JSON = self._channel.stream_stream(path)
        stream = method(iter(raws), timeout=call.timeout_s, metadata=call.metadata)
        replies: list[JSON] = []
        answer = Answer(reply={"replies": replies})
        try:
            replies.extend(self._read(call, raw) for raw in stream)
        except grpc.RpcError as error:
            self._note_error(error, answer)
        answer.elapsed_ms = (time.monotonic() - started) * 1000
        answer.headers = _metadata(stream.initial_metadata())
        answer.trailers = _metadata(stream.trailing_metadata())
        trace.received(answer)
        return answer

    def _prepared(self, call: Call, body: JSON, trace: Trace) -> tuple[str, bytes]:
        path = _path(call.method)
        trace.sent(path, call.metadata, body)
        if isinstance(body, str) and body.startswith("hex:"):
            return path, bytes.fromhex(body[4:])
        message = self._contract.parse(call.method.input_type, body)
        return path, message.SerializeToString() + call.unknown_fields

    def _outcome(self, call: Call, future: JSON, started: float, trace: Trace) -> Answer:
        answer = Answer()
        try:
            answer.reply = self._read(call, future.result())
        except grpc.RpcError as error:
            self._note_error(error, answer)
        except DecodeError as error:
            answer.error = {
                "code": "UNKNOWN",
                "reason": "",
                "message": f"unreadable reply: {error}",
            }
        answer.elapsed_ms = (time.monotonic() - started) * 1000
        answer.headers = _metadata(future.initial_metadata())
        answer.trailers = _metadata(future.trailing_metadata())
        trace.received(answer)
        return answer

    def _note_error(self, error: JSON, answer: Answer) -> None:
        raw = dict(error.trailing_metadata() or ()).get(DETAILS_KEY)
        details = raw if isinstance(raw, bytes) else None
        code, message = error.code().name, error.details() or ""
        answer.error = error_of_details(code, message, details, self._contract)
        answer.timed_out = code == "DEADLINE_EXCEEDED" and details is None

    def _read(self, call: Call, raw: bytes) -> JSON:
        message = self._contract.decode(call.method.output_type, raw)
        return with_errors(self._contract.to_json(message))


def _path(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


def _metadata(pairs: JSON) -> dict[str, str]:
    found: Mapping[str, JSON] = dict(pairs or ())
    return {key: value for key, value in found.items() if isinstance(value, str)}
