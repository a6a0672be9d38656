"""How gRPC, gRPC-Web and Connect's streams put messages and ends into bodies."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from conformance.clients.scripted.codecs import compact
from conformance.clients.scripted.errors import Status
from conformance.clients.scripted.exchange import Exchange, body_of
from conformance.protocols.frames import CONNECT_END, GRPC_WEB_TRAILERS, frame

Fields = list[tuple[str, str]]


class Framing(Protocol):
    """A protocol of framed messages."""

    content_type: str

    def chunks(self, exchange: Exchange) -> AsyncIterator[bytes]:
        """Yield the request's frames, in pieces."""

    def frame(self, raw: bytes) -> bytes:
        """Return a message as it is sent."""

    def end(self, status: Status | None, trailers: Mapping[str, str]) -> tuple[bytes, Fields]:
        """Return the end of an answer: its last frame and its HTTP trailers."""

    def headers_alone(self, status: Status, trailers: Mapping[str, str]) -> Fields | None:
        """Return an error that is told in headers alone; None: the protocol has no such form."""


class GrpcFraming:
    """gRPC. Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md"""

    def __init__(self, content_type: str) -> None:
        self.content_type = content_type

    def chunks(self, exchange: Exchange) -> AsyncIterator[bytes]:
        """Yield the body."""
        return exchange.chunks()

    def frame(self, raw: bytes) -> bytes:
        """Return a message with its prefix."""
        return frame(0, raw)

    def end(self, status: Status | None, trailers: Mapping[str, str]) -> tuple[bytes, Fields]:
        """Return the trailers."""
        return b"", _trailers(status, trailers)

    def headers_alone(self, status: Status, trailers: Mapping[str, str]) -> Fields | None:
        """Return the trailers, which stand in place of headers."""
        return _trailers(status, trailers)


class GrpcWebFraming:
    """gRPC-Web, in binary or as text.

    Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
    """

    def __init__(self, content_type: str) -> None:
        self.content_type = content_type
        self._is_text = content_type.startswith("application/grpc-web-text")

    async def chunks(self, exchange: Exchange) -> AsyncIterator[bytes]:
        """Yield the body; text as a whole, since its pieces are padded anywhere."""
        if self._is_text:
            text = await body_of(exchange)
            for piece in re.findall(rb"[^=]+=*", text):
                yield base64.b64decode(piece)
            return
        async for chunk in exchange.chunks():
            yield chunk

    def frame(self, raw: bytes) -> bytes:
        """Return a message with its prefix."""
        return self._written(frame(0, raw))

    def end(self, status: Status | None, trailers: Mapping[str, str]) -> tuple[bytes, Fields]:
        """Return the trailers in a frame."""
        lines = "".join(f"{name}:{value}\r\n" for name, value in _trailers(status, trailers))
        return self._written(frame(GRPC_WEB_TRAILERS, lines.encode("latin-1"))), []

    def headers_alone(self, status: Status, trailers: Mapping[str, str]) -> Fields | None:
        """Return the trailers, which stand in place of headers."""
        return _trailers(status, trailers)

    def _written(self, data: bytes) -> bytes:
        return base64.b64encode(data) if self._is_text else data


class ConnectFraming:
    """Connect's streams. Source: https://connectrpc.com/docs/protocol"""

    def __init__(self, content_type: str) -> None:
        self.content_type = content_type

    def chunks(self, exchange: Exchange) -> AsyncIterator[bytes]:
        """Yield the body."""
        return exchange.chunks()

    def frame(self, raw: bytes) -> bytes:
        """Return a message with its prefix."""
        return frame(0, raw)

    def end(self, status: Status | None, trailers: Mapping[str, str]) -> tuple[bytes, Fields]:
        """Return the last frame, in JSON."""
        end: dict[str, object] = {}
        if status is not None:
            end["error"] = status.connect_error()
        if trailers:
            end["metadata"] = {name: [value] for name, value in trailers.items()}
        return frame(CONNECT_END, compact(end)), []

    def headers_alone(self, status: Status, trailers: Mapping[str, str]) -> Fields | None:
        """Return None: streams tell their errors in the last frame."""
        return None


def _trailers(status: Status | None, trailers: Mapping[str, str]) -> Fields:
    status_fields = [("grpc-status", "0")] if status is None else status.grpc_trailers()
    return [*status_fields, *trailers.items()]
