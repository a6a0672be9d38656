"""A request and the way to answer it, the same over HTTP/1.1 and HTTP/2."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Fields: TypeAlias = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request before its body.

    Attributes:
        target: path and query.
        headers: names in lower case; values of a repeated one are joined by commas.
    """

    verb: str
    target: str
    headers: Mapping[str, str]


class Exchange(Protocol):
    """One request and its answer. A client that goes away cancels the task that answers.

    Attributes:
        is_gone: the client went away.
    """

    request: HttpRequest
    is_gone: bool

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the request's body as it arrives."""

    async def send_headers(self, status: int, headers: Fields, *, is_all: bool = False) -> None:
        """Begin the answer, or with `is_all` send one without a body."""

    async def send(self, data: bytes) -> None:
        """Send a part of the answer's body, as fast as the client takes it."""

    async def end(self, trailers: Fields = ()) -> None:
        """End the answer."""

    async def cut(self) -> None:
        """End the connection in an orderly way, wherever the answer is."""

    def reset(self) -> None:
        """Reset the connection (TCP's RST)."""


Answering: TypeAlias = Callable[[Exchange], Awaitable[None]]


async def body_of(exchange: Exchange) -> bytes:
    """Return a request's whole body."""
    return b"".join([chunk async for chunk in exchange.chunks()])
