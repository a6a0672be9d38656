"""A connection from its first byte: it finds out which HTTP the client speaks."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from conformance.clients.scripted.exchange import Answering

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Speaker(Protocol):
    """One version of HTTP on a connection."""

    def receive(self, data: bytes) -> None:
        """Take what has arrived."""

    def lose(self) -> None:
        """The client has gone: whatever is under way is cancelled."""


class Connection(asyncio.Protocol):
    """A client's connection; closed by whichever side wants."""

    def __init__(
        self,
        answering: Answering,
        speakers: tuple[Callable[[Connection], Speaker], Callable[[Connection], Speaker]],
    ) -> None:
        """speakers: of HTTP/1.1 and of HTTP/2."""
        self.answering = answering
        self._speakers = speakers
        self._speaker: Speaker | None = None
        self._first = b""
        self._transport: asyncio.Transport | None = None
        self._is_finished = False
        self._is_writable = asyncio.Event()
        self._is_writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Pass data on, once it is known to whom."""
        if self._is_finished:
            return
        if self._speaker is None:
            self._first += data
            compared = min(len(self._first), len(_PREFACE))
            is_http2 = self._first[:compared] == _PREFACE[:compared]
            if is_http2 and compared < len(_PREFACE):
                return
            self._speaker = self._speakers[is_http2](self)
            data, self._first = self._first, b""
        self._speaker.receive(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel what is under way."""
        self._transport = None
        self._is_writable.set()
        if self._speaker is not None:
            self._speaker.lose()

    def pause_writing(self) -> None:
        """Make writers wait."""
        self._is_writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._is_writable.set()

    def write(self, data: bytes) -> None:
        """Send data; nothing if the connection is closed."""
        if self._transport is not None and data and not self._is_finished:
            self._transport.write(data)

    async def written(self) -> None:
        """Wait until the client has taken most of what was sent."""
        await self._is_writable.wait()

    def finish(self) -> None:
        """Send what is left and then no more; the client closes.

        Closing here would answer whatever the client sends next with a reset, which may overtake
        what was sent before.
        """
        self._is_finished = True
        if self._transport is not None:
            # A client that has gone away needs no end.
            with suppress(OSError):
                self._transport.write_eof()

    def reset(self) -> None:
        """Close with a TCP reset."""
        if self._transport is None:
            return
        found: socket.socket = self._transport.get_extra_info("socket")
        # No time to linger: closing sends RST and drops what is left.
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
