"""HTTP/2 on a connection: many requests at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes

from conformance.clients.scripted.connection import Connection
from conformance.clients.scripted.exchange import Fields, HttpRequest
from conformance.protocols.headers import joined

# Large enough that no request of a case is slowed down by it.
_WINDOW_BYTES = 16 * 1024 * 1024
_MOST_STREAMS = 1000


class Http2:
    """Reads requests and has each answered beside the others."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.http = H2Connection(H2Configuration(client_side=False, header_encoding="latin-1"))
        self.http.initiate_connection()
        self.http.update_settings(
            {
                SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW_BYTES,
                SettingCodes.MAX_CONCURRENT_STREAMS: _MOST_STREAMS,
            }
        )
        self.http.increment_flow_control_window(_WINDOW_BYTES)
        self.window_grew = asyncio.Event()
        self._exchanges: dict[int, Http2Exchange] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self.flush()

    def receive(self, data: bytes) -> None:
        """Take what has arrived."""
        try:
            events = self.http.receive_data(data)
        except ProtocolError:
            self.flush()
            self.connection.finish()
            return
        for event in events:
            self._take(event)
        self.flush()

    def lose(self) -> None:
        """Cancel all answers under way."""
        for stream_id in list(self._tasks):
            self._cancel(stream_id)

    def flush(self) -> None:
        """Send what is due."""
        self.connection.write(self.http.data_to_send())

    def _take(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            self._begin(event)
        elif isinstance(event, DataReceived):
            self.http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            if exchange := self._exchanges.get(event.stream_id):
                exchange.received.put_nowait(event.data)
        elif isinstance(event, StreamEnded):
            if exchange := self._exchanges.get(event.stream_id):
                exchange.received.put_nowait(None)
        elif isinstance(event, StreamReset):
            self._cancel(event.stream_id)
        elif isinstance(event, ConnectionTerminated):
            # Nothing can be sent after that, so nobody waits for an answer.
            self.lose()
            self.connection.finish()
        elif isinstance(event, (WindowUpdated, RemoteSettingsChanged)):
            self.window_grew.set()

    def _begin(self, event: RequestReceived) -> None:
        fields = [(_text(name), _text(value)) for name, value in event.headers]
        pseudo = {name: value for name, value in fields if name.startswith(":")}
        headers = joined((name, value) for name, value in fields if not name.startswith(":"))
        request = HttpRequest(pseudo[":method"], pseudo[":path"], headers)
        exchange = Http2Exchange(self, event.stream_id, request)
        self._exchanges[event.stream_id] = exchange
        self._tasks[event.stream_id] = asyncio.create_task(self._answer(exchange))

    async def _answer(self, exchange: Http2Exchange) -> None:
        try:
            await self.connection.answering(exchange)
        finally:
            self._exchanges.pop(exchange.stream_id, None)
            self._tasks.pop(exchange.stream_id, None)

    def _cancel(self, stream_id: int) -> None:
        if stream_id in self._tasks:
            self._exchanges[stream_id].is_gone = True
            self._tasks[stream_id].cancel()


class Http2Exchange:
    """A request over HTTP/2: a stream."""

    def __init__(self, http2: Http2, stream_id: int, request: HttpRequest) -> None:
        self.request = request
        self.is_gone = False
        self.stream_id = stream_id
        # None: the request is complete.
        self.received: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._http2 = http2
        self._is_read = False

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the request's body as it arrives."""
        while not self._is_read:
            chunk = await self.received.get()
            if chunk is None:
                self._is_read = True
            else:
                yield chunk

    async def send_headers(self, status: int, headers: Fields, *, is_all: bool = False) -> None:
        """Begin the answer."""
        fields = [(":status", str(status)), *headers]
        self._http2.http.send_headers(self.stream_id, fields, end_stream=is_all)
        self._http2.flush()
        if is_all:
            self._stop_reading()
        await self._http2.connection.written()

    async def send(self, data: bytes) -> None:
        """Send a part of the body, as far as the client's windows are open."""
        http = self._http2.http
        while data:
            size = min(http.local_flow_control_window(self.stream_id), http.max_outbound_frame_size)
            if size <= 0:
                self._http2.window_grew.clear()
                await self._http2.window_grew.wait()
                continue
            http.send_data(self.stream_id, data[:size])
            data = data[size:]
            self._http2.flush()
            await self._http2.connection.written()

    async def end(self, trailers: Fields = ()) -> None:
        """End the answer."""
        if fields := list(trailers):
            self._http2.http.send_headers(self.stream_id, fields, end_stream=True)
        else:
            self._http2.http.end_stream(self.stream_id)
        self._http2.flush()
        self._stop_reading()
        await self._http2.connection.written()

    async def cut(self) -> None:
        """End the connection."""
        self._http2.connection.finish()

    def reset(self) -> None:
        """Reset the connection."""
        self._http2.connection.reset()

    def _stop_reading(self) -> None:
        """Tell the client to stop sending, if it still is (RFC 9113, section 8.1)."""
        left = self.received
        while not self._is_read and not left.empty():
            self._is_read = left.get_nowait() is None
        if not self._is_read:
            self._http2.http.reset_stream(self.stream_id, ErrorCodes.NO_ERROR)
            self._http2.flush()


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
