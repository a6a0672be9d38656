"""A proxy over gRPC in front of a real server that does one thing wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status

from conformance.contract import Contract

DETAILS = "grpc-status-details-bin"
_OWN_KEYS = ("user-agent", "grpc-timeout", "content-type", "te")
SIZE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


@dataclass
class Exchange:
    """A call on its way through the proxy; faults change it in place.

    Attributes:
        request, reply: messages; `reply` is None if the call failed.
        status: the code, message and details of a failed call; None if it succeeded.
    """

    method: str
    request: Any
    metadata: list[tuple[str, str]]
    forward: Callable[[Exchange], None]
    reply: Any = None
    status: Status | None = None
    code: grpc.StatusCode | None = None
    headers: list[tuple[str, str | bytes]] = field(default_factory=list)
    trailers: list[tuple[str, str | bytes]] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """The reason of a failed call; empty if there is none."""
        return next((info.reason for info in self.details("ErrorInfo")), "")

    def details(self, kind: str) -> list[Any]:
        """Return the details of a kind, as copies."""
        found = []
        for detail in self.status.details if self.status else ():
            if detail.type_url.endswith(f".{kind}"):
                message = getattr(error_details_pb2, kind)()
                detail.Unpack(message)
                found.append(message)
        return found

    def replace_detail(self, kind: str, message: Any | None) -> None:
        """Put another detail of a kind in place, or none."""
        assert self.status is not None
        kept = [each for each in self.status.details if not each.type_url.endswith(f".{kind}")]
        del self.status.details[:]
        self.status.details.extend(kept)
        if message is not None:
            self.status.details.add().Pack(message)

    def succeed(self, reply: Any) -> None:
        """Answer with a reply in spite of an error."""
        self.reply, self.status, self.code = reply, None, None

    def again(self) -> None:
        """Ask the server once more, with what the request and the metadata are now."""
        self.status, self.code, self.reply = None, None, None
        self.forward(self)


class Fault(Protocol):
    """Something that a server does wrong."""

    def on_request(self, exchange: Exchange) -> None: ...
    def on_reply(self, exchange: Exchange) -> None: ...
    def on_stream(self, method: str, replies: Iterator[Any]) -> Iterator[Any]: ...


class OneAfterTheOther:
    """A fault that can be exchanged while the proxy runs; `current` is None: there is none."""

    def __init__(self) -> None:
        self.current: Fault | None = None

    def on_request(self, exchange: Exchange) -> None:
        """Do what the current fault does to a request."""
        if self.current is not None:
            self.current.on_request(exchange)

    def on_reply(self, exchange: Exchange) -> None:
        """Do what the current fault does to a reply."""
        if self.current is not None:
            self.current.on_reply(exchange)

    def on_stream(self, method: str, replies: Iterator[Any]) -> Iterator[Any]:
        """Do what the current fault does to the replies of a stream."""
        return replies if self.current is None else self.current.on_stream(method, replies)


@contextmanager
def proxied(address: str, contract: Contract, fault: Fault) -> Iterator[str]:
    """Give the address of a proxy to a server that has a fault."""
    own = [("grpc.use_local_subchannel_pool", 1), *SIZE]
    with grpc.insecure_channel(address, own) as channel, ThreadPoolExecutor(32) as pool:
        server = grpc.server(pool, options=SIZE)
        server.add_generic_rpc_handlers((_Handlers(channel, contract, fault),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(None).wait()


class _Handlers(grpc.GenericRpcHandler):
    def __init__(self, channel: grpc.Channel, contract: Contract, fault: Fault) -> None:
        self._channel, self._contract, self._fault = channel, contract, fault

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        method = self._contract.method(details.method.lstrip("/"))
        if method.client_streaming:
            return grpc.stream_stream_rpc_method_handler(
                lambda requests, context: self._stream(method, requests, context)
            )
        return grpc.unary_unary_rpc_method_handler(
            lambda raw, context: self._unary(method, raw, context)
        )

    def _unary(self, method: MethodDescriptor, raw: bytes, context: Any) -> bytes:
        forward = self._forward_of(method, context)
        try:
            request = self._contract.decode(method.input_type, raw)
        except DecodeError:
            # What is no message passes as it is: no fault can be about it.
            exchange = Exchange(method.name, raw, _metadata(context), forward)
            forward(exchange)
            return _answer(exchange, context)
        exchange = Exchange(method.name, request, _metadata(context), forward)
        self._fault.on_request(exchange)
        forward(exchange)
        self._fault.on_reply(exchange)
        return _answer(exchange, context)

    def _forward_of(self, method: MethodDescriptor, context: Any) -> Callable[[Exchange], None]:
        """Return what makes a call of the server and keeps in the exchange what came of it."""
        call = self._channel.unary_unary(_path(method))

        def forward(exchange: Exchange) -> None:
            sent = exchange.request
            body = sent if isinstance(sent, bytes) else sent.SerializeToString()
            future = call.future(body, metadata=exchange.metadata, timeout=context.time_remaining())
            try:
                exchange.reply = self._contract.decode(method.output_type, future.result())
            except grpc.RpcError as error:
                exchange.code = error.code()
                exchange.status = _status_of(error)
            exchange.headers = list(future.initial_metadata() or ())
            exchange.trailers = [
                (key, value) for key, value in future.trailing_metadata() or () if key != DETAILS
            ]

        return forward

    def _stream(self, method: MethodDescriptor, requests: Any, context: Any) -> Iterator[bytes]:
        stream = self._channel.stream_stream(_path(method))(
            requests, metadata=_metadata(context), timeout=context.time_remaining()
        )
        replies = (self._contract.decode(method.output_type, raw) for raw in stream)
        for reply in self._fault.on_stream(method.name, replies):
            yield reply.SerializeToString()


def _answer(exchange: Exchange, context: Any) -> bytes:
    context.send_initial_metadata(exchange.headers)
    if exchange.code is None:
        context.set_trailing_metadata(exchange.trailers)
        return bytes(exchange.reply.SerializeToString())
    trailers = list(exchange.trailers)
    message = "no details"
    if exchange.status is not None and exchange.status.details:
        message = exchange.status.message
        trailers.append((DETAILS, exchange.status.SerializeToString()))
    context.set_trailing_metadata(trailers)
    context.abort(exchange.code, message)
    raise AssertionError("abort raises")


def _status_of(error: Any) -> Status:
    raw = dict(error.trailing_metadata() or ()).get(DETAILS)
    return Status.FromString(raw) if raw else Status(message=error.details() or "")


def _metadata(context: Any) -> list[tuple[str, str]]:
    return [(k, v) for k, v in context.invocation_metadata() if k not in _OWN_KEYS]


def _path(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"
