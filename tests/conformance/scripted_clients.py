"""Plain clients of the scripted server: grpcio, HTTP/1.1, and HTTP/2 frame by frame."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    Event,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)

from conformance.clients.scripted import ScriptedServer
from conformance.contract import shipped_contract

CONTRACT = shipped_contract()
RECOMMEND = "/shortlist.v1.RecommendationService/Recommend"
TRENDING = "/shortlist.v1.RecommendationService/ListTrending"
TIMEOUT_S = 10.0
REPLY = {"recommendations": [{"item_id": "i1"}]}


@contextmanager
def playing(*script: Mapping[str, Any]) -> Iterator[ScriptedServer]:
    """Run a server with a script."""
    server = ScriptedServer(CONTRACT, script)
    server.start()
    try:
        yield server
    finally:
        server.close()


@contextmanager
def channel_to(server: ScriptedServer) -> Iterator[grpc.Channel]:
    """Open a channel that does not repeat calls by itself."""
    options = [("grpc.enable_retries", 0), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{server.port}", options) as channel:
        yield channel


def callable_of(channel: grpc.Channel, name: str) -> Any:
    """Return a method of the channel that takes and gives messages."""
    method = CONTRACT.method(name)
    path = f"/{method.containing_service.full_name}/{method.name}"
    open_method = channel.stream_stream if method.client_streaming else channel.unary_unary
    return open_method(
        path,
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=lambda raw: CONTRACT.decode(method.output_type, raw),
    )


def request_of(name: str, fields: Mapping[str, Any] | None = None) -> Any:
    """Return a method's request."""
    return CONTRACT.parse(CONTRACT.method(name).input_type, fields or {})


def call(
    server: ScriptedServer, name: str = "Recommend", fields: Any = None, **options: Any
) -> Any:
    """Make one gRPC call on a channel of its own and return the reply in JSON."""
    with channel_to(server) as channel:
        request = request_of(name, fields)
        reply = callable_of(channel, name)(request, **{"timeout": TIMEOUT_S, **options})
        return CONTRACT.to_json(reply)


def failure(server: ScriptedServer, name: str = "Recommend", **options: Any) -> grpc.RpcError:
    """Make one gRPC call that fails and return the error."""
    try:
        reply = call(server, name, **options)
    except grpc.RpcError as error:
        return error
    raise AssertionError(f"it answered {reply}")


@dataclass(frozen=True)
class Reply:
    """An HTTP reply; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def ask(port: int, target: str, body: Any = None, verb: str = "", **headers: str) -> Reply:
    """Make one HTTP/1.1 request; a body that is no bytes is JSON. Headers: `_` stands for `-`."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        fields.setdefault("content-type", "application/json")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request(verb or ("GET" if body is None else "POST"), target, body, fields)
        found = connection.getresponse()
        names = {name.lower(): value for name, value in found.getheaders()}
        return Reply(found.status, names, found.read())
    finally:
        connection.close()


def frame(raw: bytes, flags: int = 0) -> bytes:
    """Return a message with its prefix of five bytes."""
    return bytes([flags]) + len(raw).to_bytes(4, "big") + raw


def frames(body: bytes) -> list[tuple[int, bytes]]:
    """Return flags and bytes of whole frames; nothing may be left."""
    found, start = [], 0
    while start < len(body):
        end = start + 5 + int.from_bytes(body[start + 1 : start + 5], "big")
        assert end <= len(body)
        found.append((body[start], body[start + 5 : end]))
        start = end
    return found


@dataclass
class Http2Reply:
    """What came on a stream; times are of the clock `time.monotonic`."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    trailers: dict[str, str] = field(default_factory=dict)
    is_complete: bool = False
    headers_at: float = 0.0
    reset_code: int | None = None

    def json(self) -> Any:
        return json.loads(self.body)

    def take(self, event: Event) -> None:
        """Add what an event brings."""
        if isinstance(event, ResponseReceived):
            self.headers = {str(name): str(value) for name, value in event.headers}
            self.headers_at = time.monotonic()
        elif isinstance(event, DataReceived):
            self.body += event.data
        elif isinstance(event, TrailersReceived):
            self.trailers = {str(name): str(value) for name, value in event.headers}
        elif isinstance(event, StreamReset):
            self.reset_code = int(event.error_code)
        self.is_complete |= isinstance(event, (StreamEnded, StreamReset))


class Http2Client:
    """One HTTP/2 connection that shows what comes on the wire."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        self._http = H2Connection(H2Configuration(header_encoding="utf-8"))
        self._http.initiate_connection()
        self._flush()

    def send(
        self, path: str, body: bytes, fields: Iterable[tuple[str, str]] = (), *, ends: bool = True
    ) -> int:
        """Make a gRPC request, unless the fields say another content type."""
        stream_id: int = self._http.get_next_available_stream_id()
        own = {"content-type": "application/grpc", "te": "trailers", **dict(fields)}
        pseudo = {":method": "POST", ":path": path, ":scheme": "http", ":authority": "x"}
        self._http.send_headers(stream_id, [*pseudo.items(), *own.items()])
        self._http.send_data(stream_id, body, end_stream=ends)
        self._flush()
        return stream_id

    def reset(self, stream_id: int) -> None:
        """Cancel a request."""
        self._http.reset_stream(stream_id, error_code=8)
        self._flush()

    def say_goodbye(self) -> None:
        """Send GOAWAY."""
        self._http.close_connection()
        self._flush()

    def answer(self, stream_id: int, until: str = "is_complete") -> Http2Reply:
        """Return what came for a request until it or the connection ended, or until `headers`.

        Raises: ConnectionResetError: the server reset the connection.
        """
        reply = Http2Reply()
        while not getattr(reply, until) and (data := self._socket.recv(65536)):
            for event in self._http.receive_data(data):
                if getattr(event, "stream_id", None) == stream_id:
                    reply.take(event)
                if isinstance(event, DataReceived):
                    self._http.acknowledge_received_data(
                        event.flow_controlled_length, event.stream_id
                    )
            self._flush()
        return reply

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _flush(self) -> None:
        self._socket.sendall(self._http.data_to_send())


@contextmanager
def http2_to(server: ScriptedServer) -> Iterator[Http2Client]:
    """Open an HTTP/2 connection."""
    client = Http2Client(server.port)
    try:
        yield client
    finally:
        client.close()


def arrived(server: ScriptedServer, count: int = 1) -> list[dict[str, Any]]:
    """Return what was received, once so many calls have come."""
    return _once(server, lambda found: len(found) >= count)


def settled(server: ScriptedServer, count: int = 1) -> list[dict[str, Any]]:
    """Return what was received, once so many calls have ended."""
    return _once(server, lambda found: sum(each["ended"] != "open" for each in found) >= count)


def _once(
    server: ScriptedServer, is_enough: Callable[[list[dict[str, Any]]], bool]
) -> list[dict[str, Any]]:
    until = time.monotonic() + TIMEOUT_S
    while not is_enough(found := server.received()):
        assert time.monotonic() < until, found
        time.sleep(0.01)
    return found
