"""Plain calls over HTTP/2, whose replies may have trailers."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, ResponseReceived, StreamEnded, TrailersReceived

from tests.edge.harness import TIMEOUT_S, Reply

STREAM = 1


@dataclass(frozen=True)
class Http2Reply(Reply):
    """A reply with what came after its body."""

    trailers: Mapping[str, str]


def send_http2(
    port: int, verb: str, path: str, *, headers: Mapping[str, str], body: bytes = b""
) -> Http2Reply:
    """Make one HTTP/2 request on a connection of its own, without TLS."""
    connection = H2Connection(H2Configuration(header_encoding="utf-8"))
    connection.initiate_connection()
    fields = {":method": verb, ":path": path, ":scheme": "http", ":authority": "edge", **headers}
    connection.send_headers(STREAM, list(fields.items()), end_stream=not body)
    if body:
        connection.send_data(STREAM, body, end_stream=True)
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as to:
        return _read(connection, to)


def _read(connection: H2Connection, to: socket.socket) -> Http2Reply:
    seen: list[Event] = []
    while not any(isinstance(each, StreamEnded) for each in seen):
        to.sendall(connection.data_to_send())
        received = to.recv(65_536)
        assert received, f"the connection ended after {seen}"
        seen += connection.receive_data(received)
    fields = {name: dict(each.headers) for name, each in _fields(seen)}
    body = b"".join(each.data for each in seen if isinstance(each, DataReceived))
    head = fields["head"]
    return Http2Reply(int(head[":status"]), head, body, fields.get("trailers", {}))


def _fields(seen: list[Event]) -> list[tuple[str, ResponseReceived | TrailersReceived]]:
    return [
        ("head" if isinstance(each, ResponseReceived) else "trailers", each)
        for each in seen
        if isinstance(each, ResponseReceived | TrailersReceived)
    ]
