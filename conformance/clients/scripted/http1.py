"""HTTP/1.1 on a connection: one request, then the connection ends.

Browsers and HTTP libraries repeat requests by themselves when a connection that was used
before breaks (RFC 9110, section 9.2.2): on fresh ones what arrives is what the SDK has sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import h11

from conformance.clients.scripted.connection import Connection
from conformance.clients.scripted.exchange import Fields, HttpRequest
from conformance.protocols.headers import joined


class Http1:
    """Reads a request and has it answered."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._http = h11.Connection(h11.SERVER)
        self._exchange: Http1Exchange | None = None
        self._task: asyncio.Task[None] | None = None

    def receive(self, data: bytes) -> None:
        """Take what has arrived."""
        self._http.receive_data(data)
        try:
            self._read()
        except h11.RemoteProtocolError:
            self._connection.finish()

    def lose(self) -> None:
        """Cancel the answer under way."""
        if self._exchange is not None and self._task is not None:
            self._exchange.is_gone = True
            self._task.cancel()

    def send(self, event: h11.Event) -> None:
        """Send a part of an answer."""
        self._connection.write(self._http.send(event) or b"")

    def _read(self) -> None:
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                self._begin(event)
            elif isinstance(event, h11.Data) and self._exchange is not None:
                self._exchange.received.put_nowait(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and self._exchange is not None:
                self._exchange.received.put_nowait(None)
            else:
                # More must arrive, or nothing more is read.
                break
        if self._http.they_are_waiting_for_100_continue:
            self.send(h11.InformationalResponse(status_code=100, headers=[]))

    def _begin(self, event: h11.Request) -> None:
        fields = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers
        ]
        request = HttpRequest(event.method.decode(), event.target.decode("latin-1"), joined(fields))
        self._exchange = Http1Exchange(self, self._connection, request)
        self._task = asyncio.create_task(self._answer(self._exchange))

    async def _answer(self, exchange: Http1Exchange) -> None:
        await self._connection.answering(exchange)
        self._exchange = self._task = None
        self._connection.finish()


class Http1Exchange:
    """A request over HTTP/1.1."""

    def __init__(self, http: Http1, connection: Connection, request: HttpRequest) -> None:
        self.request = request
        self.is_gone = False
        # None: the request is complete.
        self.received: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._http = http
        self._connection = connection

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the request's body as it arrives."""
        while (chunk := await self.received.get()) is not None:
            yield chunk

    async def send_headers(self, status: int, headers: Fields, *, is_all: bool = False) -> None:
        """Begin the answer; without a length the body is sent in chunks."""
        fields = [*headers, ("connection", "close")]
        if is_all:
            fields.append(("content-length", "0"))
        self._http.send(h11.Response(status_code=status, headers=fields))
        if is_all:
            await self.end()

    async def send(self, data: bytes) -> None:
        """Send a part of the body."""
        self._http.send(h11.Data(data=data))
        await self._connection.written()

    async def end(self, trailers: Fields = ()) -> None:
        """End the answer; trailers have no place here."""
        self._http.send(h11.EndOfMessage())
        await self._connection.written()

    async def cut(self) -> None:
        """End the connection."""
        self._connection.finish()

    def reset(self) -> None:
        """Reset the connection."""
        self._connection.reset()
