"""For tests of programs that use this package: a client without a server, and a clock that stands.

Example:
    transport = MockTransport()
    transport.reply("/music.v1.RadioService/NextTracks", v1.NextTracksResponse())
    client = Client("mock", transport=transport)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import betterproto2

from ._messages.google import rpc
from ._messages.google.protobuf import Any
from .codes import Code
from .transport import Answer, Attempt, TransportError

Result = betterproto2.Message | TransportError | Answer
Handler = Callable[[Attempt, bytes], Result | Awaitable[Result]]


@dataclass(frozen=True)
class RecordedCall:
    """An attempt that reached the mock."""

    attempt: Attempt
    body: bytes


class MockTransport:
    """Answers each method as told, and records what it was asked."""

    def __init__(self) -> None:
        self.calls: list[RecordedCall] = []
        self._handlers: dict[str, Handler] = {}
        self.is_closed = False

    def reply(self, path: str, *results: Result) -> None:
        """Answer a method with each result in turn, the last one from then on."""
        if not results:
            raise ValueError("no results")
        left = list(results)

        def handler(attempt: Attempt, body: bytes) -> Result:
            return left.pop(0) if len(left) > 1 else left[0]

        self.handle(path, handler)

    def handle(self, path: str, handler: Handler) -> None:
        """Answer a method by a function, plain or async, of the attempt and the request's bytes."""
        self._handlers[path] = handler

    async def unary(self, attempt: Attempt, body: bytes) -> Answer:
        """Answer."""
        result = await self._result(attempt, body)
        return result if isinstance(result, Answer) else Answer(bytes(result))

    async def stream(
        self, attempt: Attempt, bodies: AsyncIterator[bytes]
    ) -> AsyncGenerator[bytes, None]:
        """Answer each request of a stream by one reply."""
        async for body in bodies:
            result = await self._result(attempt, body)
            yield result.body if isinstance(result, Answer) else bytes(result)

    async def close(self) -> None:
        """Remember that it was closed."""
        self.is_closed = True

    async def _result(self, attempt: Attempt, body: bytes) -> betterproto2.Message | Answer:
        self.calls.append(RecordedCall(attempt, body))
        handler = self._handlers.get(attempt.path)
        if handler is None:
            raise TransportError(Code.UNIMPLEMENTED, f"the mock has no answer for {attempt.path}")
        found = handler(attempt, body)
        result = await found if isinstance(found, Awaitable) else found
        if isinstance(result, TransportError):
            raise result
        return result


def failure(
    code: Code,
    reason: str = "",
    message: str = "",
    *,
    retry_delay_s: float | None = None,
    request_id: str = "",
    fields: Sequence[tuple[str, str]] = (),
) -> TransportError:
    """Return an error as the server would send it.

    Args:
        retry_delay_s: of its RetryInfo; None: without.
        fields: names and descriptions of field violations.
    """
    details: list[betterproto2.Message] = []
    if reason:
        details.append(rpc.ErrorInfo(reason=reason, domain="music"))
    if retry_delay_s is not None:
        details.append(rpc.RetryInfo(retry_delay=timedelta(seconds=retry_delay_s)))
    if request_id:
        details.append(rpc.RequestInfo(request_id=request_id))
    if fields:
        wrong = [rpc.BadRequestFieldViolation(field=f, description=d) for f, d in fields]
        details.append(rpc.BadRequest(field_violations=wrong))
    packed = [
        Any(type_url=f"type.googleapis.com/google.rpc.{type(each).__name__}", value=bytes(each))
        for each in details
    ]
    status = rpc.Status(code=int(code), message=message, details=packed)
    return TransportError(code, message, status=bytes(status))


class FakeClock:
    """Time that passes only when someone sleeps; chance is always the upper end."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Return the time."""
        return self.seconds

    def now(self) -> datetime:
        """Return the time of day: the time since 2025 began."""
        return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        """Let time pass, and others run."""
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    def uniform(self, low: float, high: float) -> float:
        """Return the upper end."""
        return high
