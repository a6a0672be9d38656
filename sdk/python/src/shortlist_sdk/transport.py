"""What carries bytes to the server; gRPC in programs, a mock in tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from .codes import Code


@dataclass(frozen=True)
class Attempt:
    """One attempt: where to, with which headers, for how many seconds (None: no limit)."""

    path: str
    metadata: Mapping[str, str]
    timeout_s: float | None


@dataclass(frozen=True)
class Answer:
    """What came back: the reply's bytes, and the server's metadata, trailers included."""

    body: bytes
    metadata: Mapping[str, str] = field(default_factory=dict)


class TransportError(Exception):
    """A call failed, at the server or before it.

    Attributes:
        status: serialized google.rpc.Status, if the server sent one.
        metadata: the server's, trailers included.
        from_server: False where the server was never reached, or the connection broke.
    """

    def __init__(
        self,
        code: Code,
        message: str = "",
        *,
        status: bytes = b"",
        metadata: Mapping[str, str] | None = None,
        from_server: bool = True,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.metadata = dict(metadata or {})
        self.from_server = from_server


class Transport(Protocol):
    """Carries one attempt. Cancelling the task cancels the call."""

    async def unary(self, attempt: Attempt, body: bytes) -> Answer:
        """Return the answer.

        Raises:
            TransportError: the call failed.
        """
        ...

    def stream(self, attempt: Attempt, bodies: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """Yield what the server sends while sending what `bodies` yields; closing it cancels.

        Raises:
            TransportError: the call failed.
        """
        ...

    async def close(self) -> None:
        """Release the connection."""
        ...
